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
  /** What is published of the file. Who has it checks by itself what is read in one piece. */
  readonly published?: Published;
  /** Holds what was read by range against what is published. Absent: nothing is, or nothing that was read is kept. */
  readonly proof?: Proof;
}

/** What is known of a file's bytes from whoever publishes it. */
export interface Published {
  /** Whether the connection itself notices bytes that were changed on the way, as TLS does. */
  readonly guarded: boolean;
  /** Takes all bytes in file order. @param newSha256 another maker of sha256 than the slow one at hand */
  verifier(newSha256?: NewSha256): Promise<Verifier>;
}

/** A sha256 that is fed piece by piece; its digest is lower-case hex. */
export type NewSha256 = () => Promise<{ update(bytes: Bytes): Promise<void>; digest(): Promise<string> }>;

/** Checks a file, piece by piece, against the hash that is published for it. */
export interface Verifier {
  update(bytes: Bytes): Promise<void>;
  /** @throws {AwaseError} `hub/bad-hash` */
  finish(): Promise<void>;
}

/** Bytes [start, end) that were used, and their xxhash64 in hex. */
export type UsedRange = readonly [start: number, end: number, digest: string];

/** Of bytes that came by range nothing can be told while they come; it can when the file is there. */
export interface Proof {
  /**
   * Checks what is kept of the file, and is done at once where that was checked before.
   * @param used what was made use of. @param earlier whether some of it was by another session, so that it is compared in any case
   * @throws {AwaseError} `hub/bad-hash` where the file is not what is published, `hub/bad-bytes` where it is and other bytes were used
   */
  hold(used?: readonly UsedRange[], earlier?: boolean, signal?: AbortSignal): Promise<void>;
  /** Throws away what is kept of the file: the next read fetches it anew. */
  forget(): Promise<void>;
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
