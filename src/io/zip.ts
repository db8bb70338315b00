import { makeZip } from "client-zip";
import { checkPath } from "./path";

/**
 * Files as one zip, made while it is read: stored, not deflated, since weights do not shrink; zip64 where a file or
 * the archive passes 4 GiB.
 */
export function zipStream(
  files: readonly { readonly path: string; readonly file: Blob }[],
): ReadableStream<Uint8Array> {
  return makeZip(entries(files));
}

function* entries(files: readonly { readonly path: string; readonly file: Blob }[]) {
  for (const { path, file } of files) yield { name: checkPath(path), input: file, size: file.size };
}
