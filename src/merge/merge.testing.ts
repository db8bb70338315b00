import type { Bytes } from "../base/bytes";
import type { Device } from "../compute/device";
import { widen } from "../formats/convert";
import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { Model } from "../model/model";
import type { ResolvedParameters } from "../recipe/facts";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { type MergeRun, runMerge } from "./writing/run";

export interface TestRecipe {
  readonly method: string;
  /** In recipe order, with resolved parameters. */
  readonly models: readonly {
    readonly model: Model;
    readonly isBase?: boolean;
    readonly parameters?: ResolvedParameters;
  }[];
  readonly globals?: ResolvedParameters;
  readonly output?: OutputDType;
  readonly seed?: number;
}

/** A plan over every tensor of the first model, as the planner would make it when all shapes agree or `shape` says what is kept. */
export function testPlan(recipe: TestRecipe, shape?: readonly number[]): MergePlan {
  const { method, models, globals = {}, output = "F32", seed = 0 } = recipe;
  const names = [...(models[0]?.model.tensors.keys() ?? [])];
  const tensors = names.map((name): PlannedTensor => {
    const inputs = models.map(({ model, isBase = false, parameters = {} }) => {
      const found = model.tensors.get(name);
      if (!found) throw new Error(`${model.key} has no ${name}.`);
      const kept = shape ?? found.shape;
      const bytes = elementCount(kept) * DTYPE_BYTES[found.dtype];
      return { model: model.key, tensor: name, dtype: found.dtype, shape: found.shape, bytes, isBase, parameters };
    });
    const kept = shape ?? inputs[0]?.shape ?? [];
    const bytes = elementCount(kept) * DTYPE_BYTES[output];
    return { name, shape: kept, dtype: output, bytes, action: "merge", inputs, parameters: globals };
  });
  const sum = (count: (tensor: PlannedTensor) => number) => tensors.reduce((total, tensor) => total + count(tensor), 0);
  return {
    method,
    models: models.map(({ model, isBase = false }) => ({ key: model.key, isBase })),
    seed,
    outputDType: output,
    tensors,
    config: {},
    sideFiles: [],
    rowMaps: {},
    stages: [],
    totals: {
      tensors: tensors.length,
      parameters: sum((tensor) => elementCount(tensor.shape)),
      readBytes: sum((tensor) => tensor.inputs.reduce((bytes, input) => bytes + input.bytes, 0)),
      fetchBytes: 0,
      writeBytes: sum((tensor) => tensor.bytes),
      deviceBytes: 0,
    },
    recipe: "",
  };
}

export function modelsOf(recipe: TestRecipe): ReadonlyMap<string, Model> {
  return new Map(recipe.models.map(({ model }) => [model.key, model]));
}

/** Runs a plan into memory: the bytes of every output tensor, in the plan's order. */
export async function mergeToMemory(
  plan: MergePlan,
  options: Omit<MergeRun, "write" | "tensorDone">,
): Promise<Bytes[]> {
  const outputs = plan.tensors.map(({ bytes }) => new Uint8Array(bytes));
  await runMerge(plan, {
    ...options,
    write: async (tensor, at, bytes) => outputs[tensor]?.set(bytes, at),
    tensorDone: async () => undefined,
  });
  return outputs;
}

/** The values of the first tensor that a recipe makes. */
export async function mergedValues(
  device: Device,
  recipe: TestRecipe,
  shape?: readonly number[],
): Promise<Float32Array> {
  const [bytes] = await mergeToMemory(testPlan(recipe, shape), {
    models: modelsOf(recipe),
    device,
    allowNonFinite: true,
  });
  return widen(bytes ?? new Uint8Array(), (recipe.output ?? "F32") satisfies FloatDType);
}

/** `toEqual` on many bytes is slow, and its report unreadable. */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
