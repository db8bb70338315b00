import { across } from "../lanes";
import { scratch } from "../layout";
import { keysOf } from "./keep";

/**
 * The sum of a leaf in the order of `leafSum` of `src/compute/kernels/reduce/leafSums.ts`: four sums of eight elements in every 32, four
 * lanes each.
 */
export function leafSum(at: usize, count: u32): f32 {
  // Behind the last element stand zeros now. A lane begins with +0 and never becomes -0, so adding them changes nothing.
  for (let i = count; i < ((count + 31) & ~31); i++) store<u32>(at + (i << 2), 0);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  const end = at + (count << 2);
  for (; at < end; at += 128) {
    a = f32x4.add(f32x4.add(a, v128.load(at)), v128.load(at, 16));
    b = f32x4.add(f32x4.add(b, v128.load(at, 32)), v128.load(at, 48));
    c = f32x4.add(f32x4.add(c, v128.load(at, 64)), v128.load(at, 80));
    d = f32x4.add(f32x4.add(d, v128.load(at, 96)), v128.load(at, 112));
  }
  return <f32>0 + across(a) + across(b) + across(c) + across(d);
}

/** `to` = 1 where a key is the mark, else 0. */
export function equals(to: usize, a: usize, mark: u32, count: u32): void {
  const wanted = i32x4.splat(mark);
  const one = f32x4.splat(1);
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) v128.store(to, v128.and(i32x4.eq(keysOf(v128.load(a)), wanted), one));
}

/** The keys of `count` elements, and of no more. */
export function storeKeys(to: usize, a: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const magnitude = load<u32>(a + (i << 2)) & 0x7fff_ffff;
    store<u32>(to + (i << 2), magnitude < 0x0080_0000 ? 0 : magnitude);
  }
}

/**
 * Keys laid row by row: element i of the tile is at place `before + i − begin` of rows that lie in slabs.
 * @param start index of the tile's first element
 */
export function storeRowKeys(a: usize, at: usize, start: u32, count: u32): void {
  const to: usize = load<u32>(at, 8);
  const begin = load<u32>(at, 12);
  const end = load<u32>(at, 16);
  const before = load<u32>(at, 20);
  const length = load<u32>(at, 24);
  const inner = load<u32>(at, 28);
  for (let i = max(start, begin); i < min(start + count, end); i++) {
    const magnitude = load<u32>(a + ((i - start) << 2)) & 0x7fff_ffff;
    const place = placeOf(before + i - begin, length, inner);
    store<u32>(to + (place << 2), magnitude < 0x0080_0000 ? 0 : magnitude);
  }
}

/** Where an element stands when its slab, `inner` rows that lie in one another, is laid row by row. */
export function placeOf(element: u32, length: u32, inner: u32): u32 {
  if (inner == 1) return element;
  const inside = element % (length * inner);
  return element - inside + (inside % inner) * length + inside / inner;
}

const BINS: u32 = 2048;
/** Histograms of this thread, behind its registers; each twice, so that neighbours with one key do not wait for each other. */
const HISTOGRAMS: usize = 0x8_0000;

function histogram(slot: u32): usize {
  return scratch + HISTOGRAMS + slot * (BINS * 8);
}

/** Counts keys in [first, first + span) by bins of 2^shift, in the slot's histogram. */
export function countKeys(a: usize, slot: u32, first: u32, span: u32, shift: u32, count: u32): void {
  const bins = histogram(slot);
  const start = i32x4.splat(first);
  const width = i32x4.splat(span);
  const whole = count & ~3;
  for (let i: u32 = 0; i < whole; i += 4) {
    const places = i32x4.sub(keysOf(v128.load(a + (i << 2))), start);
    const inside = i32x4.lt_u(places, width);
    if (!v128.any_true(inside)) continue;
    if (i32x4.all_true(inside)) {
      const at = i32x4.shl(i32x4.shr_u(places, shift), 3);
      increase(bins + i32x4.extract_lane(at, 0));
      increase(bins + i32x4.extract_lane(at, 1) + 4);
      increase(bins + i32x4.extract_lane(at, 2));
      increase(bins + i32x4.extract_lane(at, 3) + 4);
    } else {
      countOne(bins, i32x4.extract_lane(places, 0), span, shift);
      countOne(bins, i32x4.extract_lane(places, 1), span, shift);
      countOne(bins, i32x4.extract_lane(places, 2), span, shift);
      countOne(bins, i32x4.extract_lane(places, 3), span, shift);
    }
  }
  for (let i = whole; i < count; i++) {
    const magnitude = load<u32>(a + (i << 2)) & 0x7fff_ffff;
    countOne(bins, (magnitude < 0x0080_0000 ? 0 : magnitude) - first, span, shift);
  }
}

function countOne(bins: usize, place: u32, span: u32, shift: u32): void {
  if (place < span) increase(bins + ((place >> shift) << 3));
}

function increase(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

/** Adds the slot's counts to those of all threads, and begins anew. */
export function flushHistogram(to: usize, slot: u32): void {
  const bins = histogram(slot);
  for (let bin: u32 = 0; bin < BINS; bin++) {
    const counts = load<u64>(bins + (bin << 3));
    if (counts == 0) continue;
    atomic.add<u32>(to + (bin << 2), <u32>counts + <u32>(counts >> 32));
    store<u64>(bins + (bin << 3), 0);
  }
}
