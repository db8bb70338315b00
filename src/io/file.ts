import { isAbort } from "../base/errors";
import { changed, checkRange, notFound, shortRead } from "./errors";
import { checkPath } from "./path";
import type { ByteSource, Folder } from "./types";

/** A dropped or picked file, or any Blob, used in place: every read is a slice, nothing is copied before. */
export function fileSource(blob: Blob, name: string): ByteSource {
  const source: ByteSource = {
    name,
    size: blob.size,
    ...(blob instanceof File ? { version: { kind: "date", mark: String(blob.lastModified) } } : {}),
    async read(start, end, signal) {
      signal?.throwIfAborted();
      checkRange(source, start, end);
      const bytes = new Uint8Array(await readSlice(blob, name, start, end));
      signal?.throwIfAborted();
      if (bytes.length !== end - start) throw shortRead(name, start, end, bytes.length);
      return bytes;
    },
  };
  return source;
}

async function readSlice(blob: Blob, name: string, start: number, end: number): Promise<ArrayBuffer> {
  try {
    return await blob.slice(start, end).arrayBuffer();
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    // A browser remembers size and date of a picked file and refuses to read it once they differ.
    throw changed(name, start, end, blob.size, cause);
  }
}

/**
 * Dropped or picked files as a folder. A picked directory puts its own name before every path; a first part that all
 * paths share is left out.
 */
export function filesFolder(name: string, files: readonly { readonly path: string; readonly file: Blob }[]): Folder {
  const checked = files.map(({ path, file }) => ({ path: checkPath(path.replace(/^\.?\//, "")), file }));
  const top = sharedTop(checked.map(({ path }) => path));
  const byPath = new Map(checked.map(({ path, file }) => [path.slice(top.length), file]));
  return {
    name,
    async list() {
      return [...byPath].map(([path, file]) => ({ path, size: file.size }));
    },
    async open(path) {
      const file = byPath.get(path);
      if (!file) throw notFound(name, path);
      return fileSource(file, path);
    },
  };
}

/** `model/` for `model/a` and `model/b/c`; empty when a file lies at the top. */
function sharedTop(paths: readonly string[]): string {
  const first = paths[0] ?? "";
  const top = first.slice(0, first.indexOf("/") + 1);
  return paths.every((path) => path.startsWith(top)) ? top : "";
}
