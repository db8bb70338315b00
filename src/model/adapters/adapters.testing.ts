import { type TestTensor, testModel } from "../checkpoint.testing";
import type { JsonObject, Model } from "../model";
import { openAdapter } from "./openAdapter";

/** An adapter in memory: names as peft writes them, without `base_model.model.`. @throws as `readAdapter` */
export function testAdapter(config: JsonObject, tensors: Readonly<Record<string, TestTensor>>, key = "l"): Model {
  const named = Object.entries(tensors).map(([name, tensor]) => [`base_model.model.${name}`, tensor]);
  const model = testModel(key, Object.fromEntries(named));
  const whole = { peft_type: "LORA", base_model_name_or_path: "org/m", ...config };
  return { ...model, config: whole, adapter: openAdapter(key, whole, model.tensors) };
}

/** The factors of one module. */
export function factors(
  module: string,
  [outputs, rank, inputs]: readonly [outputs: number, rank: number, inputs: number],
  values: readonly [a: ArrayLike<number>, b: ArrayLike<number>],
): Readonly<Record<string, TestTensor>> {
  return {
    [`${module}.lora_A.weight`]: { shape: [rank, inputs], values: values[0] },
    [`${module}.lora_B.weight`]: { shape: [outputs, rank], values: values[1] },
  };
}
