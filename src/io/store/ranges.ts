import type { ByteRange } from "../types";

/** The same bytes as few ranges: sorted, empty ones dropped, touching and overlapping ones joined. */
export function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (end <= start) continue;
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** Ranges cut so that none is longer than `most` bytes. */
export function cutRanges(ranges: readonly ByteRange[], most: number): readonly ByteRange[] {
  return ranges.flatMap(({ start, end }) =>
    Array.from({ length: Math.ceil((end - start) / most) }, (_, i) => ({
      start: start + i * most,
      end: Math.min(start + (i + 1) * most, end),
    })),
  );
}

/** What is left of a range without others. @param taken as `joinRanges` gives them */
export function subtractRanges(range: ByteRange, taken: readonly ByteRange[]): readonly ByteRange[] {
  const left: ByteRange[] = [];
  let at = range.start;
  for (const { start, end } of taken) {
    if (end <= at) continue;
    if (start >= range.end) break;
    if (start > at) left.push({ start: at, end: start });
    at = end;
  }
  if (at < range.end) left.push({ start: at, end: range.end });
  return left;
}

/** The bytes two ranges share; undefined if there are none. */
export function intersect(a: ByteRange, b: ByteRange): ByteRange | undefined {
  const [start, end] = [Math.max(a.start, b.start), Math.min(a.end, b.end)];
  return start < end ? { start, end } : undefined;
}

/** Bytes in ranges that do not overlap. */
export function totalBytes(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + (end - start), 0);
}

/**
 * Divides a file for fetching: the expected ranges first; between them a grid, cut off where an expected range begins.
 * Every byte belongs to exactly one segment.
 */
export class Segments {
  readonly #expected: readonly ByteRange[];

  /** @param most bytes of an expected segment; @param grid bytes of a cell elsewhere */
  constructor(
    readonly size: number,
    expected: readonly ByteRange[],
    most: number,
    readonly grid: number,
  ) {
    const inside = expected.flatMap((range) => intersect(range, { start: 0, end: size }) ?? []);
    this.#expected = cutRanges(joinRanges(inside), most);
  }

  /** The segments that hold bytes of a range, in order. */
  covering(range: ByteRange): readonly ByteRange[] {
    const found: ByteRange[] = [];
    for (let at = range.start; at < range.end; ) {
      const segment = this.#at(at);
      found.push(segment);
      at = segment.end;
    }
    return found;
  }

  #at(byte: number): ByteRange {
    // The last expected segment that begins at or before the byte.
    let [low, high] = [0, this.#expected.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#expected[middle]?.start ?? 0) <= byte) low = middle + 1;
      else high = middle;
    }
    const before = this.#expected[low - 1];
    if (before && byte < before.end) return before;
    const cell = Math.floor(byte / this.grid) * this.grid;
    return {
      start: Math.max(cell, before?.end ?? 0),
      end: Math.min(cell + this.grid, this.#expected[low]?.start ?? this.size, this.size),
    };
  }
}
