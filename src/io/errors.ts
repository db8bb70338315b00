import type { AwaseError } from "../base/errors";
import { ioFailure } from "./failures";
import type { ByteSource } from "./types";

/**
 * Checks that [start, end) lies inside a source.
 * @throws {AwaseError} `io/range`
 */
export function checkRange(source: Pick<ByteSource, "name" | "size">, start: number, end: number): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end && end <= source.size)
    return;
  throw ioFailure("io/range", { name: source.name, start, end, size: source.size, to: "read" });
}

/** A source gave another number of bytes than it was asked for. */
export function shortRead(name: string, start: number, end: number, got: number): AwaseError {
  return ioFailure("io/short-read", { name, start, end, expected: end - start, got });
}

/** A picked or opened file is no longer what it was. @param size bytes it had then */
export function changed(name: string, start: number, end: number, size: number, cause?: unknown): AwaseError {
  return ioFailure("io/unreadable", { name, start, end, size }, cause);
}

export function notFound(folder: string, path: string, cause?: unknown): AwaseError {
  return ioFailure("io/not-found", { folder, path }, cause);
}

/** A folder the user picked is not where it was. */
export function folderGone(folder: string, cause: unknown): AwaseError {
  return ioFailure("io/folder-gone", { folder }, cause);
}

/** A file is closed with another size than it was opened for: part of it was never written. */
export function incomplete(name: string, expected: number, got: number): AwaseError {
  return ioFailure("io/incomplete", { name, expected, got });
}

/**
 * Checks that a write stays inside the size the file was opened for.
 * @throws {AwaseError} `io/range`
 */
export function checkWrite(name: string, size: number, at: number, length: number): void {
  if (Number.isSafeInteger(at) && at >= 0 && at + length <= size) return;
  throw ioFailure("io/range", { name, start: at, end: at + length, size, to: "write" });
}

export function closedSink(name: string): AwaseError {
  return ioFailure("io/closed", { name });
}

/** A folder with far more in it than a model: a home directory picked by mistake. */
export function tooManyFiles(name: string, limit: number): AwaseError {
  return ioFailure("io/too-many-files", { name, limit });
}

/** True for what browsers throw when an origin's storage, or the disk, is full. */
export function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}

/** @param free bytes, or undefined where it cannot be told */
export function quotaExceeded(name: string, needed: number, free: number | undefined, cause?: unknown): AwaseError {
  return ioFailure("storage/quota", { name, needed, free: free === undefined ? undefined : Math.max(0, free) }, cause);
}
