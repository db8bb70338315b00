/** Functions of `assembly/`, in the order of `perform` in `assembly/index.ts`. */
export const ENTRIES = [
  "tiles",
  "matmul",
  "attention",
  "norm",
  "rope",
  "activate",
  "addScaled",
  "nllFold",
  "fibres",
  "rankRows",
  "keepByRank",
  "gatherRows",
  "copyRows",
  "addRows",
  "capLogits",
  "addProduct",
] as const;
export type Entry = (typeof ENTRIES)[number];

/** Work for the threads of the WebAssembly device: pieces of one function, to be done in any order and by anyone. */
export interface Job {
  readonly entry: Entry;
  /** What the function reads: u32, f32 by their bits, and addresses. */
  readonly words: Uint32Array;
  readonly pieces: number;
}

const cell = new DataView(new ArrayBuffer(4));

/** The bits of a number rounded to f32. */
export function f32Bits(value: number): number {
  cell.setFloat32(0, value);
  return cell.getUint32(0);
}

/** A job of which all numbers are u32; for an f32 give `f32Bits` of it. */
export function job(entry: Entry, numbers: readonly number[], pieces: number): Job {
  return { entry, words: Uint32Array.from(numbers), pieces };
}

/** Rows that a thread takes at a time: as `assembly/pass/rows.ts` and `moves.ts` have it. */
export const ROWS_OF_A_PIECE = 16;
