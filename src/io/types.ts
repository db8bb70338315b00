import type { Bytes } from "../base/bytes";

/**
 * Named bytes that can be read by range: a shard on the Hub, a dropped file, a cached block, a finished output.
 * Parsers never know which.
 */
export interface ByteSource {
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** Absent where nothing but the bytes themselves tells them from others. */
  readonly version?: FileVersion;
  /**
   * The bytes [start, end), always exactly `end - start` of them.
   * @throws {AwaseError} `io/short-read` when the source has fewer, `io/range` when the range leaves the source.
   */
  read(start: number, end: number, signal?: AbortSignal): Promise<Bytes>;
  /**
   * Tells a caching source which ranges will be asked for, so that it fetches those and nothing else,
   * joining neighbours. Other sources ignore it.
   */
  expect?(ranges: readonly ByteRange[]): void;
}

/**
 * What tells a file from what lay under its name at another time.
 * - `content`: a published hash, or the commit that holds the file: the same mark is the same bytes, wherever they lie.
 * - `change`: set by the system at each change and by nobody else: the same mark is the same bytes, another one may be.
 * - `date`: anybody can set it (`cp -p`, `touch`, `rsync -t`): neither the same nor another mark says anything for sure.
 */
export interface FileVersion {
  readonly kind: "content" | "change" | "date";
  readonly mark: string;
}

/** Bytes [start, end). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file being written. Nothing that was aborted, or never closed, looks like a whole file afterwards. */
export interface ByteSink {
  /** With `resume`: bytes that an earlier try left. Absent: it cannot be told. */
  readonly kept?: number;
  /** Bytes [start, end) as they lie there now, by whichever try they were written. Absent: they cannot be read before `close`. */
  read?(start: number, end: number): Promise<Bytes>;
  write(bytes: Bytes, at: number): Promise<void>;
  /** Makes bytes written so far survive a crash. What a journal may count on. */
  flush?(): Promise<void>;
  /** Shows the file whole. When that fails, `abort` takes it away and `create` with `resume` takes it up again. */
  close(): Promise<void>;
  abort(): Promise<void>;
}

export interface FileEntry {
  /** Relative to the folder, `/` between parts, never absolute, never with `..`. */
  readonly path: string;
  readonly size: number;
}

/** A model folder to read from: dropped, picked, on the Hub, bundled, on disk, in memory. */
export interface Folder {
  /** What a person would call it, e.g. `org/name` or the folder's own name. */
  readonly name: string;
  list(signal?: AbortSignal): Promise<readonly FileEntry[]>;
  /** @throws {AwaseError} `io/not-found` */
  open(path: string, signal?: AbortSignal): Promise<ByteSource>;
}

/** A folder to write to. */
export interface OutputFolder {
  readonly name: string;
  /** Opens a file for writing; with `resume` the bytes written by an earlier, unclosed try are kept. */
  create(path: string, options: { size: number; resume?: boolean }): Promise<ByteSink>;
  /** Removes a file if it is there, finished or not. */
  remove(path: string): Promise<void>;
}
