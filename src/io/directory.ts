import type { Bytes } from "../base/bytes";
import { isAbort } from "../base/errors";
import {
  checkWrite,
  closedSink,
  folderGone,
  incomplete,
  isQuotaExceeded,
  notFound,
  quotaExceeded,
  tooManyFiles,
} from "./errors";
import { ioFailure } from "./failures";
import { fileSource } from "./file";
import { isUnfinished, MAX_FOLDER_DEPTH, MAX_FOLDER_FILES, SWAP } from "./limits";
import { checkPath, splitPath } from "./path";
import type { ByteSink, FileEntry, Folder, OutputFolder } from "./types";

/** A folder the user picked (File System Access). Files are read in place. */
export function directoryFolder(handle: FileSystemDirectoryHandle): Folder {
  return {
    name: handle.name,
    async list(signal) {
      const files: FileEntry[] = [];
      try {
        for await (const { path, file } of walkDirectory(handle)) {
          signal?.throwIfAborted();
          files.push({ path, size: (await file.getFile()).size });
        }
      } catch (cause) {
        throw explainFolder(cause, handle.name, ".");
      }
      return files.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    async open(path) {
      return fileSource(await openFile(handle, path), path);
    },
  };
}

/** Every finished file below a folder, hidden folders left out: they hold a repository's history, not the model. */
export async function* walkDirectory(
  handle: FileSystemDirectoryHandle,
): AsyncGenerator<{ readonly path: string; readonly file: FileSystemFileHandle }> {
  let files = 0;
  for await (const found of walkBelow(handle, "", 0)) {
    files += 1;
    if (files > MAX_FOLDER_FILES) throw tooManyFiles(handle.name, MAX_FOLDER_FILES);
    yield found;
  }
}

async function* walkBelow(
  handle: FileSystemDirectoryHandle,
  prefix: string,
  depth: number,
): AsyncGenerator<{ readonly path: string; readonly file: FileSystemFileHandle }> {
  for await (const child of handle.values()) {
    const path = prefix + child.name;
    if (child.kind === "file") {
      if (!isUnfinished(path)) yield { path, file: child };
    } else if (depth < MAX_FOLDER_DEPTH && !child.name.startsWith(".")) {
      yield* walkBelow(child, `${path}/`, depth + 1);
    }
  }
}

/**
 * The file at a path below a folder, as it is now.
 * @throws {AwaseError} `io/not-found`, `io/permission`, `io/path`
 */
export async function openFile(handle: FileSystemDirectoryHandle, path: string): Promise<File> {
  const { folders, file } = splitPath(checkPath(path));
  try {
    const folder = await descend(handle, folders, false);
    return await (await folder.getFileHandle(file)).getFile();
  } catch (cause) {
    throw explain(cause, handle.name, path);
  }
}

/** The folder below `handle`, step by step; missing ones are made when `create`. */
export async function descend(
  handle: FileSystemDirectoryHandle,
  folders: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle> {
  let folder = handle;
  for (const name of folders) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** A browser's file error as one of ours. */
export function explain(cause: unknown, folder: string, path: string): unknown {
  if (!(cause instanceof DOMException) || isAbort(cause)) return cause;
  if (cause.name === "NotFoundError" || cause.name === "TypeMismatchError") return notFound(folder, path, cause);
  if (cause.name === "NotAllowedError") {
    return ioFailure("io/permission", { folder, path }, cause);
  }
  return cause;
}

/** The same where a file cannot be missing, because it is being made or looked for: then it is the folder that is gone. */
function explainFolder(cause: unknown, folder: string, path: string): unknown {
  return isMissing(cause) ? folderGone(folder, cause) : explain(cause, folder, path);
}

/**
 * A folder the user picked, to write to. The browser writes to a hidden copy and shows it under the file's name only
 * when it is closed; what was not closed is of no use after a crash, so there is no `flush` and `resume` begins anew. A browser that
 * was killed leaves its copy behind, as large as the file: it goes when the file is written again.
 */
export function directoryOutput(handle: FileSystemDirectoryHandle): OutputFolder {
  return {
    name: handle.name,
    async create(path, { size }) {
      const { folders, file } = splitPath(checkPath(path));
      try {
        const folder = await descend(handle, folders, true);
        await folder.removeEntry(file + SWAP).catch(() => undefined); // in use, it is somebody's, and stays
        const isNew = !(await has(folder, file));
        const target = await folder.getFileHandle(file, { create: true });
        return new WritableSink(await target.createWritable(), path, size, {
          onAbort: async () => {
            if (isNew) await removeFile(folder, file); // the empty file that opening made
          },
          explain: (cause) => explainFolder(cause, handle.name, path),
        });
      } catch (cause) {
        throw explainFolder(cause, handle.name, path);
      }
    },
    async remove(path) {
      const { folders, file } = splitPath(checkPath(path));
      try {
        await removeFile(await descend(handle, folders, false), file);
      } catch (cause) {
        if (!isMissing(cause)) throw explain(cause, handle.name, path);
      }
    },
  };
}

/** Removes a file if it is there. */
export async function removeFile(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await whenUnlocked(() => folder.removeEntry(name));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
  }
}

async function has(folder: FileSystemDirectoryHandle, file: string): Promise<boolean> {
  try {
    await folder.getFileHandle(file);
    return true;
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw cause;
  }
}

/** Chromium lets go of a file a moment after its stream or its worker is gone. Tries for about two seconds. */
export async function whenUnlocked<T>(action: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await action();
    } catch (cause) {
      const locked = cause instanceof DOMException && cause.name === "NoModificationAllowedError";
      if (!locked || tries === 40) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** True for a browser's error about a file or folder that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}

/** What goes with a stream's end, and what its errors mean. */
interface StreamEnds {
  readonly onClose?: () => Promise<void>;
  readonly onAbort: () => Promise<void>;
  /** A browser's error as one of ours. */
  explain(cause: unknown): unknown;
}

/** A sink over a stream that shows its file when closed. */
export class WritableSink implements ByteSink {
  #written = 0;
  #open = true;

  constructor(
    readonly stream: FileSystemWritableFileStream,
    readonly name: string,
    readonly size: number,
    readonly ends: StreamEnds,
  ) {}

  async write(bytes: Bytes, at: number): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    checkWrite(this.name, this.size, at, bytes.length);
    try {
      await this.stream.write({ type: "write", position: at, data: bytes });
    } catch (cause) {
      throw this.#explain(cause, bytes.length);
    }
    this.#written = Math.max(this.#written, at + bytes.length);
  }

  async close(): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    if (this.#written !== this.size) throw incomplete(this.name, this.size, this.#written);
    this.#open = false;
    try {
      await this.stream.close();
    } catch (cause) {
      await this.ends.onAbort().catch(() => undefined); // what stopped it tells more
      throw this.#explain(cause, this.size);
    }
    await this.ends.onClose?.();
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // A stream that already failed cannot be aborted again, and has left nothing.
    await this.stream.abort().catch(() => undefined);
    await this.ends.onAbort();
  }

  #explain(cause: unknown, needed: number): unknown {
    return isQuotaExceeded(cause) ? quotaExceeded(this.name, needed, undefined, cause) : this.ends.explain(cause);
  }
}
