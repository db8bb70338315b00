import type { Bytes } from "../base/bytes";
import { checkRange, checkWrite, closedSink, incomplete, notFound, shortRead } from "./errors";
import { checkPath } from "./path";
import type { ByteSink, ByteSource, FileEntry, Folder, OutputFolder } from "./types";

/** Bytes in memory as a source. Reads are copies, so that a reader may transfer or change them. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(start, end, signal) {
      signal?.throwIfAborted();
      checkRange({ name, size: bytes.length }, start, end);
      return new Uint8Array(bytes.subarray(start, end));
    },
  };
}

/** A folder of files in memory. */
export class MemoryFolder implements Folder {
  readonly #files: ReadonlyMap<string, Uint8Array>;

  constructor(
    readonly name: string,
    files: ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>,
  ) {
    const entries = files instanceof Map ? [...files] : Object.entries(files);
    this.#files = new Map(entries.map(([path, bytes]) => [checkPath(path), bytes]));
  }

  async list(): Promise<readonly FileEntry[]> {
    return [...this.#files].map(([path, bytes]) => ({ path, size: bytes.length }));
  }

  async open(path: string): Promise<ByteSource> {
    const bytes = this.#files.get(path);
    if (!bytes) throw notFound(this.name, path);
    return memorySource(path, bytes);
  }
}

/** What was written of a file that is not closed. */
interface Part {
  readonly bytes: Bytes;
  written: number;
}

/** An output folder in memory: finished files in `files`, unfinished ones kept apart for `resume`. */
export class MemoryOutput implements OutputFolder {
  readonly files = new Map<string, Bytes>();
  readonly #parts = new Map<string, Part>();

  constructor(readonly name = "memory") {}

  async create(path: string, { size, resume = false }: { size: number; resume?: boolean }): Promise<ByteSink> {
    checkPath(path);
    const kept = resume ? this.#parts.get(path) : undefined;
    const part = kept?.bytes.length === size ? kept : { bytes: new Uint8Array(size), written: 0 };
    const before = part.written;
    this.#parts.set(path, part);
    return new MemorySink(path, part, before, (finished) => {
      this.#parts.delete(path);
      if (finished) this.files.set(path, part.bytes);
    });
  }

  async remove(path: string): Promise<void> {
    this.#parts.delete(path);
    this.files.delete(path);
  }
}

class MemorySink implements ByteSink {
  #open = true;

  constructor(
    readonly name: string,
    readonly part: Part,
    readonly kept: number,
    readonly onEnd: (finished: boolean) => void,
  ) {}

  async read(start: number, end: number): Promise<Bytes> {
    if (!this.#open) throw closedSink(this.name);
    if (end > this.part.written) throw shortRead(this.name, start, end, Math.max(0, this.part.written - start));
    return this.part.bytes.slice(start, end);
  }

  async write(bytes: Bytes, at: number): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    checkWrite(this.name, this.part.bytes.length, at, bytes.length);
    this.part.bytes.set(bytes, at);
    this.part.written = Math.max(this.part.written, at + bytes.length);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    if (!this.#open) throw closedSink(this.name);
    if (this.part.written !== this.part.bytes.length) {
      throw incomplete(this.name, this.part.bytes.length, this.part.written);
    }
    this.#open = false;
    this.onEnd(true);
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.onEnd(false);
  }
}
