import type { Doubles } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { readRows } from "../table";
import { type PairedTables, pairsAtOnce } from "./moments";
import { type Turning, turnRows } from "./project";

/** By pair, of the donor's turned row q and the base's row y less its mean: what cosines and lengths are made of. */
export interface RowSums {
  /** ‖q‖². */
  readonly turned: Doubles;
  /** q · (y − μ_b). */
  readonly turnedBase: Doubles;
  /** q · μ_b. */
  readonly turnedMean: Doubles;
  /** μ_b · (y − μ_b). */
  readonly meanBase: Doubles;
  /** ‖y − μ_b‖². */
  readonly baseSquares: Doubles;
  /** ‖y‖. */
  readonly baseLengths: Doubles;
}

interface RowSumsOptions {
  readonly turning: Turning;
  readonly meanBase: Doubles;
  readonly signal?: AbortSignal | undefined;
}

/** Goes over all pairs once more, now that it is known how to turn them. Rows are turned on the device; sums are f64. */
export async function rowSums(
  device: Device,
  { base, donor, pairs }: PairedTables,
  { turning, meanBase, signal }: RowSumsOptions,
  onPairs?: (done: number) => void,
): Promise<RowSums> {
  const n = pairs.base.length;
  const made = () => new Float64Array(n);
  const sums = {
    turned: made(),
    turnedBase: made(),
    turnedMean: made(),
    meanBase: made(),
    baseSquares: made(),
    baseLengths: made(),
  };
  const atOnce = pairsAtOnce(base, donor);
  const { width } = base;
  for (let from = 0; from < n; from += atOnce) {
    const to = Math.min(n, from + atOnce);
    const q = await turnRows(device, donor, pairs.donor.subarray(from, to), turning, signal);
    const y = await readRows(base, pairs.base.subarray(from, to), signal);
    for (let at = 0; at < to - from; at++) {
      let [qq, qy, qm, my, yy, whole] = [0, 0, 0, 0, 0, 0];
      for (let j = 0; j < width; j++) {
        const turned = q[at * width + j] ?? 0;
        const row = y[at * width + j] ?? 0;
        const mean = meanBase[j] ?? 0;
        qq += turned * turned;
        qy += turned * (row - mean);
        qm += turned * mean;
        my += mean * (row - mean);
        yy += (row - mean) * (row - mean);
        whole += row * row;
      }
      sums.turned[from + at] = qq;
      sums.turnedBase[from + at] = qy;
      sums.turnedMean[from + at] = qm;
      sums.meanBase[from + at] = my;
      sums.baseSquares[from + at] = yy;
      sums.baseLengths[from + at] = Math.sqrt(whole);
    }
    onPairs?.(to);
  }
  return sums;
}
