import type { AwaseError } from "../../base/errors";
import type { Device } from "../../compute/device";
import { widen } from "../../formats/convert";
import { elementCount, type TensorFacts } from "../../formats/tensor";
import type { Model } from "../../model/model";
import type { MergePlan, PlannedTensor } from "../../recipe/plan/plan";
import { mergeFailure } from "../failures";
import { MergedSource } from "../source";
import type { NonFinite } from "./events";

/** The largest finite value of float16; what rounds to more than this becomes Inf. */
export const MAX_FLOAT16 = 65_504;
/** Elements looked at at a time. */
const CHUNK_ELEMENTS = 2 ** 20;

/** Whether finite inputs gave Inf or NaN in a tensor written as float16. */
export function mayOverflow({ dtype }: Pick<TensorFacts, "dtype">, { inputs, outputs }: NonFinite): boolean {
  return dtype === "F16" && inputs === 0 && outputs > 0;
}

/**
 * Why a tensor cannot be written as float16: it is merged once more, in float32, and its largest value is looked up.
 * @returns undefined where float32 cannot hold it either: then float16 is not what is wrong
 */
export async function float16Overflow(
  plan: MergePlan,
  tensor: PlannedTensor,
  { outputs }: NonFinite,
  run: { readonly models: ReadonlyMap<string, Model>; readonly device: Device },
  signal: AbortSignal,
): Promise<AwaseError | undefined> {
  const largest = await largestValue(plan, tensor, run, signal);
  if (!Number.isFinite(largest)) return undefined;
  const { name } = tensor;
  const shown = Number(largest.toPrecision(6));
  return mergeFailure("merge/float16-overflow", { tensor: name, outputs, largest: shown, limit: MAX_FLOAT16 });
}

/** The largest magnitude of the merged tensor; Infinity where float32 cannot hold it, or where there is NaN. */
async function largestValue(
  plan: MergePlan,
  tensor: PlannedTensor,
  { models, device }: { readonly models: ReadonlyMap<string, Model>; readonly device: Device },
  signal: AbortSignal,
): Promise<number> {
  const wide = { ...plan, tensors: [{ ...tensor, dtype: "F32" as const }] };
  const source = new MergedSource(wide, { models, device });
  const count = elementCount(tensor.shape);
  let largest = 0;
  for (let at = 0; at < count; at += CHUNK_ELEMENTS) {
    const bytes = await source.read(tensor.name, at, Math.min(count, at + CHUNK_ELEMENTS), signal);
    for (const value of widen(bytes, "F32")) {
      if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
      largest = Math.max(largest, Math.abs(value));
    }
  }
  return largest;
}
