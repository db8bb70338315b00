import type { Doubles, Floats } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { type Matrix, transposed } from "../../compute/linalg/matrix";
import { eachRow, productBlocks } from "../../compute/linalg/product";
import type { SharedTokens } from "../../tokens/shared/sharedTokens";
import { readRows, type Table } from "../table";

/** What is known of pairs of rows X [n, d_d] of the donor and Y [n, d_b] of the base. */
export interface Moments {
  /** Pairs. */
  readonly n: number;
  readonly meanDonor: Doubles;
  readonly meanBase: Doubles;
  /** Xcᵀ·Yc, [d_d, d_b]. */
  readonly cross: Matrix;
  /** ‖Yc‖². */
  readonly baseSquares: number;
}

/** Of all pairs, and of those that are not held out. */
export interface MomentsOfPairs {
  readonly all: Moments;
  readonly fitted: Moments;
  /** Places of the pairs whose rows hold NaN or Inf: nothing is learned of them. */
  readonly nonFinite: readonly number[];
}

/** Bytes of f32 rows that are there at a time, of both models. */
const BLOCK_BYTES = 32 * 1024 * 1024;

/** One pair in so many is held out: the tenth, the twentieth, and so on. */
const HELD_OUT = 10;

/** Whether a pair tells how well the others foretell it. */
export const isHeldOut = (pair: number): boolean => pair % HELD_OUT === HELD_OUT - 1;

/** Pairs whose rows are there at a time. */
export function pairsAtOnce(base: Table, donor: Table): number {
  return Math.max(1, Math.floor(BLOCK_BYTES / ((base.width + donor.width) * 4)));
}

export interface PairedTables {
  readonly base: Table;
  readonly donor: Table;
  readonly pairs: SharedTokens;
}

/**
 * Goes over all pairs once, block by block. Products are made on the device in f32, of rows less the mean of the first block; what
 * that leaves of the means is taken out at the end.
 */
export async function momentsOf(
  device: Device,
  { base, donor, pairs }: PairedTables,
  { signal, onPairs }: { readonly signal?: AbortSignal | undefined; readonly onPairs?: (done: number) => void } = {},
): Promise<MomentsOfPairs> {
  const [fitted, held] = [new Sums(donor.width, base.width), new Sums(donor.width, base.width)];
  const nonFinite: number[] = [];
  const atOnce = pairsAtOnce(base, donor);
  let shift: { readonly donor: Floats; readonly base: Floats } | undefined;
  for (let from = 0; from < pairs.base.length; from += atOnce) {
    const to = Math.min(pairs.base.length, from + atOnce);
    const x = await readRows(donor, pairs.donor.subarray(from, to), signal);
    const y = await readRows(base, pairs.base.subarray(from, to), signal);
    const places: { readonly fitted: number[]; readonly held: number[] } = { fitted: [], held: [] };
    for (let at = 0; at < to - from; at++) {
      if (!isWhole(x, at, donor.width) || !isWhole(y, at, base.width)) nonFinite.push(from + at);
      else (isHeldOut(from + at) ? places.held : places.fitted).push(at);
    }
    if (!shift && places.fitted.length > 0) {
      shift = { donor: meanOf(x, places.fitted, donor.width), base: meanOf(y, places.fitted, base.width) };
    }
    for (const [sums, chosen] of [
      [fitted, places.fitted],
      [held, places.held],
    ] as const) {
      if (!shift || chosen.length === 0) continue;
      const left = columnsOf(x, chosen, shift.donor);
      const right = columnsOf(y, chosen, shift.base);
      await sums.add(device, left, right, signal);
    }
    onPairs?.(to);
  }
  const zero = { donor: new Float32Array(donor.width), base: new Float32Array(base.width) };
  const alone = fitted.moments(shift ?? zero);
  fitted.take(held);
  return { all: fitted.moments(shift ?? zero), fitted: alone, nonFinite };
}

/** Sums over rows less a shift. */
class Sums {
  #n = 0;
  readonly #donor: Doubles;
  readonly #base: Doubles;
  readonly #cross: Floats;
  #baseSquares = 0;

  constructor(
    private readonly donorWidth: number,
    private readonly baseWidth: number,
  ) {
    this.#donor = new Float64Array(donorWidth);
    this.#base = new Float64Array(baseWidth);
    this.#cross = new Float32Array(donorWidth * baseWidth);
  }

  /** @param x, y columns as rows: [d_d, rows], [d_b, rows] */
  async add(device: Device, x: Matrix, y: Matrix, signal: AbortSignal | undefined): Promise<void> {
    this.#n += x.columns;
    addRowSums(this.#donor, x);
    addRowSums(this.#base, y);
    for (const value of y.data) this.#baseSquares += value * value;
    const [cross, width] = [this.#cross, this.baseWidth];
    await productBlocks(
      device,
      x,
      y,
      (block) =>
        eachRow(block, ({ row, column }, values) => {
          const start = row * width + column;
          for (let j = 0; j < values.length; j++) cross[start + j] = (cross[start + j] ?? 0) + (values[j] ?? 0);
        }),
      signal,
    );
  }

  /** Adds sums over other rows less the same shift. */
  take(other: Sums): void {
    this.#n += other.#n;
    this.#baseSquares += other.#baseSquares;
    for (const [to, from] of [
      [this.#donor, other.#donor],
      [this.#base, other.#base],
      [this.#cross, other.#cross],
    ] as const) {
      for (let at = 0; at < to.length; at++) to[at] = (to[at] ?? 0) + (from[at] ?? 0);
    }
  }

  moments(shift: { readonly donor: Floats; readonly base: Floats }): Moments {
    const n = this.#n;
    const [donor, base] = [this.#donor, this.#base].map((sums) => sums.map((sum) => sum / Math.max(1, n)));
    const [meanX, meanY] = [donor ?? new Float64Array(), base ?? new Float64Array()];
    const cross = this.#cross.slice();
    for (let i = 0; i < this.donorWidth; i++) {
      const share = n * (meanX[i] ?? 0);
      const start = i * this.baseWidth;
      for (let j = 0; j < this.baseWidth; j++) cross[start + j] = (cross[start + j] ?? 0) - share * (meanY[j] ?? 0);
    }
    const ofMean = meanY.reduce((sum, value) => sum + value * value, 0);
    return {
      n,
      meanDonor: meanX.map((value, i) => value + (shift.donor[i] ?? 0)),
      meanBase: meanY.map((value, j) => value + (shift.base[j] ?? 0)),
      cross: { rows: this.donorWidth, columns: this.baseWidth, data: cross },
      baseSquares: Math.max(0, this.#baseSquares - n * ofMean),
    };
  }
}

function addRowSums(sums: Doubles, { columns, data }: Matrix): void {
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k] ?? 0;
    sums[i] = (sums[i] ?? 0) + sum;
  }
}

/** Chosen rows less a shift, as columns: [width, chosen]. */
function columnsOf(rows: Floats, chosen: readonly number[], shift: Floats): Matrix {
  const width = shift.length;
  const data = new Float32Array(chosen.length * width);
  for (const [to, at] of chosen.entries()) {
    for (let j = 0; j < width; j++) data[to * width + j] = (rows[at * width + j] ?? 0) - (shift[j] ?? 0);
  }
  return transposed({ rows: chosen.length, columns: width, data });
}

function meanOf(rows: Floats, chosen: readonly number[], width: number): Floats {
  const sums = new Float64Array(width);
  for (const at of chosen) for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) + (rows[at * width + j] ?? 0);
  return Float32Array.from(sums, (sum) => sum / chosen.length);
}

function isWhole(rows: Floats, at: number, width: number): boolean {
  let sum = 0; // NaN and Inf stay in it: 0 · Inf is NaN
  for (let j = at * width; j < (at + 1) * width; j++) sum += 0 * (rows[j] ?? 0);
  return sum === 0;
}
