import { AwaseError } from "../base/errors";
import type { ByteSource } from "./types";

/**
 * Checks that [start, end) lies inside a source.
 * @throws {AwaseError} `io/range`
 */
export function checkRange(source: Pick<ByteSource, "name" | "size">, start: number, end: number): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end && end <= source.size)
    return;
  throw new AwaseError(
    "io/range",
    `Cannot read bytes ${start} to ${end} of ${source.name}: it has ${source.size} bytes. The file may have been replaced; open it again.`,
    { facts: { name: source.name, start, end, size: source.size } },
  );
}

/** A source gave another number of bytes than it was asked for. */
export function shortRead(name: string, start: number, end: number, got: number): AwaseError {
  return new AwaseError(
    "io/short-read",
    `Asked ${name} for ${end - start} bytes from byte ${start}, but got ${got}. The file was cut short; open or download it again.`,
    { facts: { name, start, end, expected: end - start, got } },
  );
}

/** A picked or opened file is no longer what it was. @param size bytes it had then */
export function changed(name: string, start: number, end: number, size: number, cause?: unknown): AwaseError {
  return new AwaseError(
    "io/unreadable",
    `Cannot read bytes ${start} to ${end} of ${name} (${size} bytes): it was changed, moved or deleted since it was picked. Add it again.`,
    { cause, facts: { name, start, end, size } },
  );
}

export function notFound(folder: string, path: string, cause?: unknown): AwaseError {
  return new AwaseError("io/not-found", `There is no file ${path} in ${folder}. Check the name, or add the file.`, {
    cause,
    facts: { folder, path },
  });
}

/** A folder the user picked is not where it was. */
export function folderGone(folder: string, cause: unknown): AwaseError {
  return new AwaseError(
    "io/folder-gone",
    `The folder ${folder} is no longer there: it was moved, renamed or deleted. Put it back, or pick another.`,
    { cause, facts: { folder } },
  );
}

/** A file is closed with another size than it was opened for: part of it was never written. */
export function incomplete(name: string, expected: number, got: number): AwaseError {
  return new AwaseError(
    "io/incomplete",
    `${name} should have ${expected} bytes, but ${got} were written. It was not finished; run the merge again.`,
    { facts: { name, expected, got } },
  );
}

/**
 * Checks that a write stays inside the size the file was opened for.
 * @throws {AwaseError} `io/range`
 */
export function checkWrite(name: string, size: number, at: number, length: number): void {
  if (Number.isSafeInteger(at) && at >= 0 && at + length <= size) return;
  throw new AwaseError(
    "io/range",
    `Cannot write bytes ${at} to ${at + length} of ${name}: it was opened for ${size} bytes.`,
    { facts: { name, start: at, end: at + length, size } },
  );
}

export function closedSink(name: string): AwaseError {
  return new AwaseError("io/closed", `${name} is closed: nothing more can be written to it.`, { facts: { name } });
}

/** A folder with far more in it than a model: a home directory picked by mistake. */
export function tooManyFiles(name: string, limit: number): AwaseError {
  return new AwaseError(
    "io/too-many-files",
    `${name} holds more than ${limit} files. A model folder has a few dozen; pick the folder of one model.`,
    { facts: { name, limit } },
  );
}

/** True for what browsers throw when an origin's storage, or the disk, is full. */
export function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}

/** @param free bytes, or undefined where it cannot be told */
export function quotaExceeded(name: string, needed: number, free: number | undefined, cause?: unknown): AwaseError {
  const room = free === undefined ? "less is left" : `${Math.max(0, free)} are left`;
  return new AwaseError(
    "storage/quota",
    `Storing ${name} needs ${needed} bytes, but ${room}. Free some disk space, or remove cached models and kept results.`,
    { cause, facts: { name, needed, ...(free === undefined ? {} : { free: Math.max(0, free) }) } },
  );
}
