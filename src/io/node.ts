import type { BigIntStats } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Bytes } from "../base/bytes";
import {
  changed,
  checkRange,
  checkWrite,
  closedSink,
  folderGone,
  incomplete,
  notFound,
  quotaExceeded,
  shortRead,
  tooManyFiles,
} from "./errors";
import { isUnfinished, MAX_FOLDER_DEPTH, MAX_FOLDER_FILES, PART } from "./limits";
import { checkPath } from "./path";
import type { ByteSink, ByteSource, FileEntry, Folder, OutputFolder } from "./types";

/** A model folder on disk. Links to files are followed (the Hub's own cache is made of them), links to folders are not. */
export function nodeFolder(path: string): Folder {
  const root = resolve(path);
  const name = basename(root);
  return {
    name,
    async list(signal) {
      const files: FileEntry[] = [];
      await collect(root, "", 0, files, signal);
      return files.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    async open(file) {
      const full = join(root, checkPath(file));
      const facts = await stat(full, { bigint: true }).catch((cause: unknown) => {
        throw notFound(root, file, cause);
      });
      if (!facts.isFile()) throw notFound(root, file);
      return nodeSource(full, file, facts);
    },
  };
}

async function collect(root: string, below: string, depth: number, into: FileEntry[], signal?: AbortSignal) {
  signal?.throwIfAborted();
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((cause: unknown) => {
    throw notFound(root, below || ".", cause);
  });
  for (const entry of entries) {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      // Hidden folders hold a repository's history or a downloader's notes, not the model.
      if (depth < MAX_FOLDER_DEPTH && !entry.name.startsWith(".")) await collect(root, path, depth + 1, into, signal);
      continue;
    }
    if (isUnfinished(path)) continue;
    const facts = await stat(join(root, path)).catch(() => undefined); // a link that leads nowhere is no file
    if (facts?.isFile()) into.push({ path, size: facts.size });
    if (into.length > MAX_FOLDER_FILES) throw tooManyFiles(root, MAX_FOLDER_FILES);
  }
}

/** @param facts what the file was when it was opened */
function nodeSource(full: string, name: string, facts: BigIntStats): ByteSource {
  const size = Number(facts.size);
  const mark = changeMark(facts);
  return {
    name,
    size,
    version: { kind: "change", mark },
    async read(start, end, signal) {
      signal?.throwIfAborted();
      checkRange({ name, size }, start, end);
      // Opened per read: a source has no end of life, and an open file costs microseconds against a block.
      const file = await open(full, "r").catch((cause: unknown) => {
        throw changed(name, start, end, size, cause);
      });
      try {
        if (changeMark(await file.stat({ bigint: true })) !== mark) throw changed(name, start, end, size);
        return await readFrom(file, name, start, end, signal);
      } finally {
        await file.close();
      }
    },
  };
}

async function readFrom(file: FileHandle, name: string, start: number, end: number, signal?: AbortSignal) {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw shortRead(name, start, end, done);
    done += bytesRead;
  }
  return bytes;
}

/**
 * The time of a file's content can be set at will; that of its inode is the system's own. `cp -p` and `rsync -t` keep the first and
 * change the second, or the inode itself.
 */
function changeMark({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

/** A folder on disk to write to. A file is `name.part` until it is closed whole, then it is renamed. */
export function nodeOutput(path: string): OutputFolder {
  const root = resolve(path);
  return {
    name: basename(root),
    async create(file, { size, resume = false }) {
      const full = join(root, checkPath(file));
      await mkdir(dirname(full), { recursive: true });
      const part = full + PART;
      const before = resume ? await stat(part).catch(() => undefined) : undefined;
      const kept = before !== undefined && before.size <= size ? before.size : undefined;
      return new NodeSink(await open(part, kept === undefined ? "w+" : "r+"), full, file, size, kept ?? 0);
    },
    async remove(file) {
      const full = join(root, checkPath(file));
      await rm(full, { force: true });
      await rm(full + PART, { force: true });
    },
  };
}

class NodeSink implements ByteSink {
  #open = true;
  /** Shown whole, or taken away. */
  #ended = false;

  constructor(
    readonly file: FileHandle,
    readonly full: string,
    readonly name: string,
    readonly size: number,
    readonly kept: number,
  ) {}

  async read(start: number, end: number): Promise<Bytes> {
    if (!this.#open) throw closedSink(this.name);
    return readFrom(this.file, this.name, start, end);
  }

  async write(bytes: Bytes, at: number): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    checkWrite(this.name, this.size, at, bytes.length);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await this.file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      const disk = await statfs(dirname(this.full)).catch(() => undefined);
      throw quotaExceeded(this.name, bytes.length, disk && disk.bavail * disk.bsize, error);
    }
  }

  async flush(): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    await this.file.datasync();
  }

  async close(): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    this.#open = false;
    try {
      const { size } = await this.file.stat();
      if (size !== this.size) throw incomplete(this.name, this.size, size);
      await this.file.datasync(); // a name that outlives a power cut must not outlive its bytes
    } finally {
      await this.file.close();
    }
    await rename(this.full + PART, this.full).catch((cause: unknown) => {
      throw isGone(cause) ? folderGone(dirname(this.full), cause) : cause;
    });
    this.#ended = true;
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#open) await this.file.close();
    this.#open = false;
    await rm(this.full + PART, { force: true });
  }
}

/** Somebody took the file, or the folder it was written in, away. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
