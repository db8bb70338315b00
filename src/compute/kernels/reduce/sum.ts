import { leafSums } from "./leafSums";
import type { Sum } from "./terms";

/**
 * T sums over a whole tensor: on the device f32 sums of leaves of LEAF elements, each in one fixed order; on the host their f64
 * sum in index order. The block size changes nothing, and long sums lose no digits (relative error about 1e-8).
 * @returns one number per term
 */
export const sum: Sum = async (device, blocks, terms, signal) => {
  const totals = new Array<number>(terms.terms.terms(blocks.dtypes.length)).fill(0);
  await leafSums(device, blocks, terms, signal, (sums) => {
    for (let i = 0; i < sums.length; i++) {
      const term = i % totals.length;
      totals[term] = (totals[term] ?? 0) + (sums[i] ?? 0);
    }
  });
  return totals;
};
