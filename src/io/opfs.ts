import type { Bytes } from "../base/bytes";
import {
  descend,
  explain,
  isMissing,
  openFile,
  removeFile,
  WritableSink,
  walkDirectory,
  whenUnlocked,
} from "./directory";
import { checkWrite, closedSink, incomplete, isQuotaExceeded, quotaExceeded, shortRead } from "./errors";
import { fileSource } from "./file";
import { PART } from "./limits";
import { checkPath, splitPath } from "./path";
import type { ByteSink, Folder, OutputFolder } from "./types";

/*
 * The origin private file system: files that belong to this page and cost no permission. A file is `name.part` until
 * it is closed whole; then it is moved to its name.
 */

/** A folder kept in the browser. @param path from the file system's root */
export function opfsFolder(path: string): Folder {
  return {
    name: splitPath(checkPath(path)).file,
    async list() {
      return (await opfsFiles(path)).map((entry) => ({ path: entry.path, size: entry.file.size }));
    },
    async open(file) {
      return fileSource(await openFile(await folderAt(path, false), file), file);
    },
  };
}

/** The finished files of a folder kept in the browser, by path; none if there is no such folder. */
export async function opfsFiles(path: string): Promise<readonly { readonly path: string; readonly file: File }[]> {
  const files: { path: string; file: File }[] = [];
  try {
    for await (const found of walkDirectory(await folderAt(path, false))) {
      files.push({ path: found.path, file: await found.file.getFile() });
    }
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Removes a folder kept in the browser with everything in it, if it is there. */
export async function removeOpfs(path: string): Promise<void> {
  const { folders, file } = splitPath(checkPath(path));
  try {
    const parent = await descend(await navigator.storage.getDirectory(), folders, false);
    await whenUnlocked(() => parent.removeEntry(file, { recursive: true }));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
  }
}

/**
 * A folder kept in the browser, to write to. In a worker, files are written in place: `flush` makes bytes last, and
 * `resume` finds them after a crash. Elsewhere the browser writes to a copy that a crash throws away: there is no
 * `flush`, and `resume` begins anew.
 */
export function opfsOutput(path: string): OutputFolder {
  checkPath(path);
  return {
    name: splitPath(path).file,
    async create(file, { size, resume = false }) {
      const { folders, file: name } = splitPath(checkPath(file));
      const folder = await descend(await folderAt(path, true), folders, true);
      const part = (await folder.getFileHandle(name + PART, { create: true })) as PrivateFileHandle;
      const finish = async () => {
        await removeFile(folder, name); // a move does not replace
        await whenUnlocked(() => part.move(name));
      };
      const discard = () => removeFile(folder, name + PART);
      try {
        const openInPlace = part.createSyncAccessHandle?.bind(part);
        if (!openInPlace) {
          return new WritableSink(await part.createWritable(), file, size, {
            onClose: finish,
            onAbort: discard,
            explain: (cause) => explain(cause, path, file),
          });
        }
        const access = await whenUnlocked(openInPlace);
        if (!resume || access.getSize() > size) access.truncate(0);
        return new AccessSink(access, file, size, access.getSize(), finish, discard);
      } catch (cause) {
        throw explain(cause, path, file);
      }
    },
    async remove(file) {
      const { folders, file: name } = splitPath(checkPath(file));
      try {
        const folder = await descend(await folderAt(path, false), folders, false);
        await removeFile(folder, name);
        await removeFile(folder, name + PART);
      } catch (cause) {
        if (!isMissing(cause)) throw cause;
      }
    },
  };
}

/** What TypeScript's library for pages does not know of a file handle. */
interface PrivateFileHandle extends FileSystemFileHandle {
  /** In every browser with this file system. */
  move(name: string): Promise<void>;
  /** In workers only. */
  createSyncAccessHandle?(): Promise<AccessHandle>;
}

/** A file open for reading and writing in place; nobody else can open it meanwhile. */
interface AccessHandle {
  /** Bytes written. */
  write(bytes: Bytes, options: { at: number }): number;
  /** Bytes read. */
  read(into: Bytes, options: { at: number }): number;
  getSize(): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

async function folderAt(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  return descend(await navigator.storage.getDirectory(), checkPath(path).split("/"), create);
}

/** A flush holds up the whole thread, a cancel's message too: it is done before there is much to flush. */
const MAX_UNFLUSHED_BYTES = 16 * 2 ** 20;

/** A file written in place through a synchronous handle, which only workers have. */
class AccessSink implements ByteSink {
  #open = true;
  /** Shown whole, or taken away. */
  #ended = false;
  #unflushed = 0;

  constructor(
    readonly access: AccessHandle,
    readonly name: string,
    readonly size: number,
    readonly kept: number,
    readonly finish: () => Promise<void>,
    readonly discard: () => Promise<void>,
  ) {}

  async read(start: number, end: number): Promise<Bytes> {
    if (!this.#open) throw closedSink(this.name);
    const bytes = new Uint8Array(end - start);
    const got = this.access.read(bytes, { at: start });
    if (got !== bytes.length) throw shortRead(this.name, start, end, got);
    return bytes;
  }

  async write(bytes: Bytes, at: number): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    checkWrite(this.name, this.size, at, bytes.length);
    let written = 0;
    try {
      written = this.access.write(bytes, { at });
    } catch (cause) {
      throw isQuotaExceeded(cause) ? await this.#full(bytes.length, cause) : cause;
    }
    if (written !== bytes.length) throw await this.#full(bytes.length - written);
    this.#unflushed += written;
    if (this.#unflushed >= MAX_UNFLUSHED_BYTES) await this.flush();
  }

  async #full(needed: number, cause?: unknown): Promise<unknown> {
    const { quota, usage } = await navigator.storage.estimate();
    const free = quota === undefined || usage === undefined ? undefined : quota - usage;
    return quotaExceeded(this.name, needed, free, cause);
  }

  async flush(): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    this.access.flush();
    this.#unflushed = 0;
  }

  async close(): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    this.#open = false;
    try {
      const written = this.access.getSize();
      if (written !== this.size) throw incomplete(this.name, this.size, written);
      this.access.flush();
    } finally {
      this.access.close(); // an open file is locked, for us as well
    }
    await this.finish();
    this.#ended = true;
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#open) this.access.close();
    this.#open = false;
    await this.discard();
  }
}
