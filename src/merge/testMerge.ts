import type { Device } from "../compute/device";
import { narrow, widen } from "../formats/convert";
import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../formats/dtypes";
import { elementCount, type StoredTensor } from "../formats/tensor";
import { memorySource } from "../io/memory";
import type { ByteSource, Folder } from "../io/types";
import type { Checkpoint } from "../model/checkpoint";
import type { ResolvedParameters } from "../recipe/facts";
import type { MergePlan, PlannedTensor } from "../recipe/plan";
import { type MergeRun, runMerge } from "./run";

/** A tensor of a test model. */
export interface TestTensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** F32 unless given. */
  readonly dtype?: OutputDType;
}

/** A model in memory: one file without a header, tensors one after the other. */
export function testModel(
  key: string,
  tensors: Readonly<Record<string, TestTensor>>,
  open: (bytes: Uint8Array<ArrayBuffer>) => ByteSource = (bytes) => memorySource(key, bytes),
): Checkpoint {
  const file = "model.bin";
  const stored = new Map<string, StoredTensor>();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let end = 0;
  for (const [name, { shape, values, dtype = "F32" }] of Object.entries(tensors)) {
    const bytes = narrow(Float32Array.from(values), dtype);
    stored.set(name, { name, dtype, shape, file, start: end, end: end + bytes.length });
    pieces.push(bytes);
    end += bytes.length;
  }
  const all = new Uint8Array(end);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  const source = open(all);
  const folder: Folder = { name: key, list: async () => [{ path: file, size: end }], open: async () => source };
  return {
    key,
    folder,
    config: {},
    configText: "{}",
    files: [{ path: file, size: end }],
    tensors: stored,
    source: async () => source,
  };
}

export interface TestRecipe {
  readonly method: string;
  /** In recipe order, with resolved parameters. */
  readonly models: readonly {
    readonly model: Checkpoint;
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

export function modelsOf(recipe: TestRecipe): ReadonlyMap<string, Checkpoint> {
  return new Map(recipe.models.map(({ model }) => [model.key, model]));
}

/** Runs a plan into memory: the bytes of every output tensor, in the plan's order. */
export async function mergeToMemory(
  plan: MergePlan,
  options: Omit<MergeRun, "write" | "tensorDone">,
): Promise<Uint8Array<ArrayBuffer>[]> {
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
