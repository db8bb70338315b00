import { scratch } from "../layout";

/** Elements of a tile: a leaf of a sum. */
export const TILE: u32 = 1024;
/** Bytes from one register to the next; not a power of two, which would put all of them into the same lines of the cache. */
const STRIDE: usize = 4096 + 64;

/** Where a register begins: a tile of f32. */
export function register(index: u32): usize {
  return scratch + index * STRIDE;
}
