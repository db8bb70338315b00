import type { Doubles } from "../../base/bytes";
import type { Device } from "../../compute/device";
import type { SharedTokens } from "../../tokens/shared/sharedTokens";
import { alignFailure } from "../failures";
import type { Table } from "../table";
import { isHeldOut, type Moments, momentsOf, type PairedTables } from "./moments";
import { type Rotation, rotationOf } from "./rotation";
import { type RowSums, rowSums } from "./rowSums";

/** How a donor's table lies beside a base's: everything that does not depend on what people choose. */
export interface Alignment {
  readonly base: Table;
  readonly donor: Table;
  /** Pairs whose rows are finite. */
  readonly pairs: SharedTokens;
  readonly meanDonor: Doubles;
  readonly meanBase: Doubles;
  readonly rotation: Rotation;
  readonly scale: number;
  readonly sums: RowSums;
  readonly fit: Fit;
}

/** How well two tables fit. */
export interface Fit {
  /** Tokens that spell the same. */
  readonly shared: number;
  /** Of these, pairs with NaN or Inf in a row, which take no part. */
  readonly nonFinite: number;
  /** Mean cosine of pairs that were held out, by a fit to the others: the honest number. */
  readonly heldOutCosine: number;
  /** ‖Yc − s·Xc·R‖² / ‖Yc‖². */
  readonly residual: number;
  readonly singular: Doubles;
  /** exp of the entropy of Σ/ΣΣ. */
  readonly effectiveRank: number;
  /** Directions with a singular value, of as many as the narrower table has. */
  readonly spanned: number;
  readonly directions: number;
  /** Fewer pairs than twice the wider table's width: the rotation is underdetermined. */
  readonly underdetermined: boolean;
}

/** Singular values below this part of the largest say nothing. */
const NO_EVIDENCE = 1e-6;
/** Pairs without which there is nothing to fit. */
const LEAST_PAIRS = 2;

export interface AlignOptions {
  /** What the two are called in sentences. */
  readonly names: { readonly base: string; readonly donor: string };
  readonly signal?: AbortSignal | undefined;
  /** The share that is done. Never falls. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * Aligns a donor's table with a base's over the tokens they share: means, rotation, scale, and what each pair is like then. Source:
 * reference section 2. Rows are read in blocks; only the matrix of both widths stays.
 * @throws {AwaseError} `align/too-few`, `align/flat`, and what reading and computing throw
 */
export async function align(device: Device, tables: PairedTables, options: AlignOptions): Promise<Alignment> {
  const { names, signal, onProgress } = options;
  const total = tables.pairs.base.length;
  const moments = await momentsOf(device, tables, {
    signal,
    onPairs: (done) => onProgress?.((0.4 * done) / Math.max(1, total)),
  });
  const pairs = without(tables.pairs, moments.nonFinite);
  const n = pairs.base.length;
  if (n < LEAST_PAIRS) throw alignFailure("align/too-few", { ...names, pairs: n, needed: LEAST_PAIRS });
  requireDirections(moments.all, tables, names);
  const rotation = await rotationOf(device, moments.all.cross, { spectrum: true, signal });
  onProgress?.(0.6);
  const heldOutCosine = await heldOut(device, tables, moments.fitted, signal);
  onProgress?.(0.8);

  const { meanDonor, meanBase, baseSquares } = moments.all;
  const turning = { meanDonor, transposed: rotation.transposed };
  const sums = await rowSums(device, { ...tables, pairs }, { turning, meanBase, signal }, (done) =>
    onProgress?.(0.8 + (0.2 * done) / n),
  );
  const squares = total64(sums.turned);
  const scale = rotation.trace / squares;
  const singular = rotation.singular ?? new Float64Array();
  const spanned = singular.filter((value) => value > NO_EVIDENCE * (singular[0] ?? 0)).length;
  return {
    base: tables.base,
    donor: tables.donor,
    pairs,
    meanDonor,
    meanBase,
    rotation,
    scale,
    sums,
    fit: {
      shared: total,
      nonFinite: moments.nonFinite.length,
      heldOutCosine,
      residual: Math.max(0, 1 - (rotation.trace * rotation.trace) / (squares * baseSquares)),
      singular,
      effectiveRank: effectiveRank(singular),
      spanned,
      directions: singular.length,
      underdetermined: n < 2 * Math.max(tables.base.width, tables.donor.width),
    },
  };
}

/** Mean cosine of the pairs that the fit has not seen; NaN where none was held out. */
async function heldOut(
  device: Device,
  { base, donor, pairs }: PairedTables,
  fitted: Moments,
  signal: AbortSignal | undefined,
): Promise<number> {
  const places = [...pairs.base.keys()].filter(isHeldOut);
  if (places.length === 0 || fitted.n < LEAST_PAIRS || !fitted.cross.data.some((value) => value !== 0))
    return Number.NaN;
  const { transposed } = await rotationOf(device, fitted.cross, { spectrum: false, signal });
  const { meanDonor, meanBase } = fitted;
  const kept = {
    base: pairs.base.filter((_, at) => isHeldOut(at)),
    donor: pairs.donor.filter((_, at) => isHeldOut(at)),
  };
  const sums = await rowSums(
    device,
    { base, donor, pairs: kept },
    { turning: { meanDonor, transposed }, meanBase, signal },
  );
  const cosines = cosinesOf(sums).filter(Number.isFinite);
  return total64(cosines) / cosines.length;
}

function requireDirections(
  { cross, baseSquares, n }: Moments,
  { base, donor }: PairedTables,
  names: AlignOptions["names"],
) {
  if (cross.data.some((value) => value !== 0) && baseSquares > 0) return;
  const flat = baseSquares > 0 ? { model: names.donor, tensor: donor.name } : { model: names.base, tensor: base.name };
  throw alignFailure("align/flat", { ...flat, pairs: n });
}

/** A row without a length has no direction: its cosine is 0. */
function cosinesOf({ turned, turnedBase, baseSquares }: RowSums): Doubles {
  return turned.map((square, at) => {
    const lengths = Math.sqrt(square) * Math.sqrt(baseSquares[at] ?? 0);
    return lengths === 0 ? 0 : Math.max(-1, Math.min(1, (turnedBase[at] ?? 0) / lengths));
  });
}

function without({ base, donor }: SharedTokens, places: readonly number[]): SharedTokens {
  if (places.length === 0) return { base, donor };
  const left = new Set(places);
  return { base: base.filter((_, at) => !left.has(at)), donor: donor.filter((_, at) => !left.has(at)) };
}

function effectiveRank(singular: Doubles): number {
  const sum = total64(singular);
  const entropy = singular.reduce((all, value) => (value > 0 ? all - (value / sum) * Math.log(value / sum) : all), 0);
  return Math.exp(entropy);
}

function total64(values: Doubles): number {
  return values.reduce((sum, value) => sum + value, 0);
}
