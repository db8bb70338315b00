import { append } from "../../../base/lists";
import type { FloatDType, OutputDType } from "../../../formats/dtypes";
import { f32Bits, type Job } from "../../fast";

/** A tile of f32 in a thread's own memory. */
export type Register = number & { readonly register: unique symbol };

/** Elements of a tile; one leaf of a sum. */
const TILE = 1024;
/** Tiles of a piece: enough that taking one costs nothing, few enough that every thread gets some. */
const TILES_OF_A_PIECE = 32;
/** Registers and histograms that a thread has room for. */
const MOST_REGISTERS = 120;
const MOST_HISTOGRAMS = 32;
/** Words that a job's numbers may have. */
const MOST_WORDS = 65_536;
const WORDS_OF_OPERATION = 8;

const DTYPES: Readonly<Record<FloatDType, number>> = { F32: 0, BF16: 1, F16: 2, F8_E4M3: 3, F8_E5M2: 4 };

/** Codes of operations, as `assembly/tiles/program.ts` knows them. */
const CODES = {
  load: 0,
  store: 1,
  fill: 2,
  copy: 3,
  add: 4,
  subtract: 5,
  multiply: 6,
  abs: 7,
  scale: 8,
  divide: 9,
  addScaled: 10,
  keepLargest: 11,
  keepMiddle: 12,
  keepRandom: 13,
  leafSum: 14,
  histogram: 15,
  keys: 16,
  equals: 17,
  agree: 18,
  divideShares: 19,
  quotient: 20,
  minimum: 21,
  maximum: 22,
  above: 23,
  atLeast: 24,
  within: 25,
  without: 26,
  select: 27,
  finite: 28,
  chooseLargest: 29,
  ofFibre: 30,
  keepBits: 31,
  rowKeys: 32,
  join: 33,
} as const;

/** Of rows: pieces of up to 1024 elements that a thread takes at a time; of columns: how many of them. */
const PIECES_OF_A_PIECE = 32;
const COLUMNS_OF_A_PIECE = 256;

/** The fibres of a tensor, and what a block has of them; as `fibreSums.ts` counts. */
export interface StretchesOfFibres {
  readonly elements: number;
  /** Index in the tensor of the block's first element. */
  readonly start: number;
  /** Pieces of rows that the block has elements of. */
  readonly first: number;
  readonly last: number;
  /** Fibres, elements of one, and from one of its elements to the next. */
  readonly count: number;
  readonly length: number;
  readonly stride: number;
  /** Of each fibre. */
  readonly pieces: number;
}

/**
 * A program of elementwise operations that the WebAssembly device runs tile by tile, all of it for one tile before the next: what it
 * reads and writes goes through memory once, and all between stays in the cache. Each operation rounds to f32 as a reference does.
 */
export class Tiles {
  readonly #operations: number[] = [];
  readonly #free: Register[] = [];
  #registers = 0;
  #histograms = 0;
  /** Whether every stretch must begin at a multiple of four elements. */
  #byFours = false;

  /** A register with anything in it. */
  take(): Register {
    return this.#free.pop() ?? (this.#registers++ as Register);
  }

  /** Registers that are not read any more. */
  release(...registers: readonly Register[]): void {
    this.#free.push(...registers);
  }

  /** Stored elements, widened. @param counter address of a u32 that is increased by how many are NaN or infinite; 0: nobody counts */
  load(address: number, dtype: FloatDType, counter = 0): Register {
    return this.#made("load", [address, DTYPES[dtype], counter]);
  }

  /** Narrows and stores, with zeros up to a multiple of eight elements. */
  store(a: Register, address: number, dtype: OutputDType, counter: number): void {
    this.#push("store", [a, address, DTYPES[dtype], counter]);
  }

  fill(value: number): Register {
    return this.#made("fill", [f32Bits(value)]);
  }

  copy(a: Register): Register {
    return this.#made("copy", [a]);
  }

  add(to: Register, a: Register, b: Register): void {
    this.#push("add", [to, a, b]);
  }

  /** `a − b` */
  difference(a: Register, b: Register): Register {
    return this.#made("subtract", [a, b]);
  }

  product(a: Register, b: Register): Register {
    return this.#made("multiply", [a, b]);
  }

  abs(to: Register, a: Register): void {
    this.#push("abs", [to, a]);
  }

  /** `to = factor · a` */
  scale(to: Register, a: Register, factor: number): void {
    this.#push("scale", [to, a, f32Bits(factor)]);
  }

  /** `to = a / divisor` */
  divide(to: Register, a: Register, divisor: number): void {
    this.#push("divide", [to, a, f32Bits(divisor)]);
  }

  /** `to = a + factor · b`, both rounded. */
  addScaled(to: Register, a: Register, factor: number, b: Register): void {
    this.#push("addScaled", [to, a, f32Bits(factor), b]);
  }

  /** Zeros what is not among the largest magnitudes: see `KthLargest`. */
  keepLargest(a: Register, bits: number, cut: number): void {
    this.#push("keepLargest", [a, bits, cut]);
  }

  /** Zeros also what is among the outliers. */
  keepMiddle(a: Register, bits: number, cut: number, outlierBits: number, outlierCut: number): void {
    this.#push("keepMiddle", [a, bits, cut, outlierBits, outlierCut]);
  }

  /** Zeros the elements whose random word is not under the bound. @param start index in the tensor of the program's first element */
  keepRandom(a: Register, [low, high]: readonly [number, number], bound: number, start: number): void {
    this.#byFours = true;
    this.#push("keepRandom", [a, start / 4, low, high, bound]);
  }

  /** `mix += y` and `share += weight` where y has the sign of `votes`; a vote of 0 is positive, a y of 0 has no sign. */
  agree(mix: Register, share: Register, votes: Register, y: Register, weight: number): void {
    this.#push("agree", [mix, share, votes, y, f32Bits(weight)]);
  }

  /** `a /= share` where that is not 0. */
  divideShares(a: Register, share: Register): void {
    this.#push("divideShares", [a, share]);
  }

  /** `a / b` */
  quotient(a: Register, b: Register): Register {
    return this.#made("quotient", [a, b]);
  }

  /** The smaller of two; NaN where one is. */
  minimum(to: Register, a: Register, b: Register): void {
    this.#push("minimum", [to, a, b]);
  }

  /** The larger of two; NaN where one is. */
  maximum(to: Register, a: Register, b: Register): void {
    this.#push("maximum", [to, a, b]);
  }

  /** A mask, all bits of an element or none: where `a > b`. */
  above(a: Register, b: Register): Register {
    return this.#made("above", [a, b]);
  }

  /** A mask: where `a >= b`. */
  atLeast(a: Register, b: Register): Register {
    return this.#made("atLeast", [a, b]);
  }

  /** A mask: where a is neither NaN nor infinite. */
  finite(a: Register): Register {
    return this.#made("finite", [a]);
  }

  /** A mask: what is among the largest magnitudes, see `KthLargest`. */
  chooseLargest(a: Register, bits: number, cut: number): Register {
    return this.#made("chooseLargest", [a, bits, cut]);
  }

  /** Zeros what is outside of a mask. */
  within(to: Register, a: Register, mask: Register): void {
    this.#push("within", [to, a, mask]);
  }

  /** Zeros what is within a mask. */
  without(to: Register, a: Register, mask: Register): void {
    this.#push("without", [to, a, mask]);
  }

  /** `a` within a mask, `b` outside. */
  select(to: Register, mask: Register, a: Register, b: Register): void {
    this.#push("select", [to, mask, a, b]);
  }

  /** The number of each element's fibre. @param table see `fibres.ts` of `assembly/` */
  ofFibre(...table: readonly [address: number, width: number, skew: number, size: number, rows: number]): Register {
    return this.#made("ofFibre", table);
  }

  /** Zeros the elements whose bit is not set in the number of their row; a row has a multiple of four elements. */
  keepBits(a: Register, ...table: readonly [address: number, width: number, skew: number, size: number]): void {
    this.#byFours = true;
    this.#push("keepBits", [a, ...table]);
  }

  /** Keys laid row by row; numbers as `rowKeys.wgsl` has them. */
  rowKeys(
    a: Register,
    address: number,
    ...numbers: readonly [begin: number, end: number, before: number, length: number, inner: number]
  ): void {
    this.#push("rowKeys", [a, address, ...numbers]);
  }

  /** Brings elements to the sums, or to the largest, of their pieces; for `fibreJob` alone. @param width bytes from a piece to the next */
  join(a: Register, address: number, width: number, most: boolean): void {
    this.#push("join", [a, address, width, Number(most)]);
  }

  /** The sum of each tile, `stride` bytes from one to the next. */
  leafSum(a: Register, address: number, stride: number): void {
    this.#push("leafSum", [a, address, stride]);
  }

  /** Adds to the 2048 counters at `address` how many keys in [first, first + span) lie in each bin of 2^shift. */
  histogram(a: Register, address: number, first: number, span: number, shift: number): void {
    this.#push("histogram", [a, this.#histograms++, first, span, shift, 0, address]);
  }

  keys(a: Register, address: number): void {
    this.#push("keys", [a, address]);
  }

  /** 1 where the key is the mark, else 0. */
  equals(a: Register, mark: number): Register {
    return this.#made("equals", [a, mark]);
  }

  /** The job for `elements` elements; undefined where a thread has no room for it. */
  job(elements: number): Job | undefined {
    const operations = this.#operations;
    if (this.#registers > MOST_REGISTERS || this.#histograms > MOST_HISTOGRAMS) return undefined;
    if (operations.length + WORDS_OF_OPERATION > MOST_WORDS) return undefined;
    const words = new Uint32Array(WORDS_OF_OPERATION + operations.length);
    words.set([elements, TILES_OF_A_PIECE, operations.length / WORDS_OF_OPERATION]);
    words.set(operations, WORDS_OF_OPERATION);
    return { entry: "tiles", words, pieces: Math.ceil(elements / (TILE * TILES_OF_A_PIECE)) };
  }

  /** The job over stretches of fibres; undefined where a thread has no room for it, or where stretches begin anywhere. */
  fibreJob(fibres: StretchesOfFibres): Job | undefined {
    const operations = this.#operations;
    if (this.#registers > MOST_REGISTERS || this.#byFours) return undefined;
    const { elements, start, first, last, count, length, stride, pieces } = fibres;
    const taken = stride === 1 ? PIECES_OF_A_PIECE : COLUMNS_OF_A_PIECE;
    const words = new Uint32Array(2 * WORDS_OF_OPERATION + operations.length);
    const steps = operations.length / WORDS_OF_OPERATION;
    words.set([elements, steps, start, first, last, count, length, stride, pieces, taken]);
    words.set(operations, 2 * WORDS_OF_OPERATION);
    return { entry: "fibres", words, pieces: Math.ceil((stride === 1 ? last - first : count) / taken) };
  }

  #made(name: keyof typeof CODES, numbers: readonly number[]): Register {
    const to = this.take();
    this.#push(name, [to, ...numbers]);
    return to;
  }

  #push(name: keyof typeof CODES, numbers: readonly number[]): void {
    const at = this.#operations.length;
    this.#operations.push(CODES[name]);
    append(this.#operations, numbers);
    for (let i = at + 1 + numbers.length; i < at + WORDS_OF_OPERATION; i++) this.#operations.push(0);
  }
}
