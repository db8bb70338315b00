import { scratch } from "../layout";

/** Rows shorter than this are sorted by fewer bits at a time: emptying the counters would take longer than the rest. */
const SHORT: u32 = 2048;
/** Where the counters of a pass lie in a thread's own memory. */
const COUNTERS: usize = 0;

/**
 * Ranks of a row's keys, 0 for the smallest, equals by place: a radix sort from the lowest bits. Numbers of a job at `at`: keys u32, room for
 * two pairs of u32 for each element, ranks u32; rows, length. One piece is one row.
 */
export function rankRow(at: usize, row: u32): void {
  const length = load<u32>(at, 16);
  const keys: usize = load<u32>(at) + ((row * length) << 2);
  const ranks: usize = load<u32>(at, 8) + ((row * length) << 2);
  let from: usize = load<u32>(at, 4) + ((row * length) << 4);
  let to = from + (length << 3);
  const bits: u32 = length < SHORT ? 8 : 11;
  for (let place: u32 = 0; place < length; place++) {
    store<u32>(from + (place << 3), load<u32>(keys + (place << 2)));
    store<u32>(from + (place << 3), place, 4);
  }
  for (let shift: u32 = 0; shift < 31; shift += bits) {
    if (!sortBy(from, to, length, shift, bits)) continue;
    const sorted = to;
    to = from;
    from = sorted;
  }
  for (let rank: u32 = 0; rank < length; rank++) store<u32>(ranks + (load<u32>(from + (rank << 3), 4) << 2), rank);
}

/** Sorts pairs by some bits of their keys, keeping the order of equals; says no where all are equal, and nothing is moved. */
function sortBy(from: usize, to: usize, length: u32, shift: u32, bits: u32): bool {
  const counters = scratch + COUNTERS;
  const mask: u32 = (1 << bits) - 1;
  memory.fill(counters, 0, (<usize>(mask + 1)) << 2);
  for (let i: u32 = 0; i < length; i++) {
    const counter = counters + (((load<u32>(from + (i << 3)) >> shift) & mask) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  if (load<u32>(counters + (((load<u32>(from) >> shift) & mask) << 2)) == length) return false;
  let next: u32 = 0;
  for (let bin: u32 = 0; bin <= mask; bin++) {
    const count = load<u32>(counters + (bin << 2));
    store<u32>(counters + (bin << 2), next);
    next += count;
  }
  for (let i: u32 = 0; i < length; i++) {
    const pair = load<u64>(from + (i << 3));
    const counter = counters + (((<u32>pair >> shift) & mask) << 2);
    const place = load<u32>(counter);
    store<u32>(counter, place + 1);
    store<u64>(to + (place << 3), pair);
  }
  return true;
}
