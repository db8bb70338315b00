import type { ByteRange, ByteSource } from "../types";

/** A remote file of which what was read stays on this machine. */
export interface CachedSource extends ByteSource {
  expect(ranges: readonly ByteRange[]): void;
  /** How many bytes of the ranges are kept already, each byte counted once. */
  cachedBytes(ranges: readonly ByteRange[]): Promise<number>;
}

export function isCachedSource(source: ByteSource): source is CachedSource {
  return "cachedBytes" in source;
}
