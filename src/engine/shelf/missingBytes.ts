import { isCachedSource } from "../../io/store/cachedSource";
import type { ByteSource } from "../../io/types";

/** Of the bytes of the ranges, those that must come over the network. */
export async function missingBytes(
  source: ByteSource,
  ranges: readonly { readonly start: number; readonly end: number }[],
): Promise<number> {
  const all = ranges.reduce((sum, { start, end }) => sum + (end - start), 0);
  return isCachedSource(source) ? all - (await source.cachedBytes(ranges)) : all;
}
