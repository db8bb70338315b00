import { type BlockLayout, blockLayout } from "../compute/blockSize";
import type { Blocks } from "../compute/blocks";
import type { Device, DeviceInfo } from "../compute/device";
import type { BoundMap } from "../compute/kernels/map/map";
import { type FloatDType, isFloatDType, OUTPUT_DTYPES, type OutputDType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { Model } from "../model/model";
import type { MergePlan, PlannedInput, PlannedTensor } from "../recipe/plan/plan";
import { castMethod } from "./cast";
import { mergeFailure } from "./failures";
import { openInput, type RowMaps, type TensorInput } from "./inputs";
import { type Routers, stackOf } from "./mixture/stack";
import { findMethod } from "./registry";
import type { MergeMethod, TensorTask } from "./types";

/** What a plan of a mixture has as its method: nothing is blended. */
const MIXTURE_ID = "mixture";

/** How one output tensor is made, as data: its inputs, found, and what is to be done with them. */
export type Making = CopyMaking | MapMaking;

/** The bytes of the only input go out as they are. They never become numbers, so nothing can change them. */
export interface CopyMaking {
  readonly kind: "copy";
  readonly inputs: readonly [TensorInput];
  /** Elements of the output. */
  readonly count: number;
}

/** A method runs over the inputs: its reductions, then its map. */
export interface MapMaking {
  readonly kind: "map";
  readonly inputs: readonly TensorInput[];
  readonly count: number;
  /** Stored type of each input. */
  readonly dtypes: readonly FloatDType[];
  readonly output: OutputDType;
  readonly method: Pick<MergeMethod, "id" | "prepare">;
  readonly task: TensorTask;
}

/**
 * Finds the inputs of a planned tensor and what is to be done with them.
 * @throws {AwaseError} `merge/unknown-method`, `merge/dtype`, and as `openInput`
 */
export function makingOf(
  plan: Pick<MergePlan, "method" | "seed" | "rowMaps">,
  tensor: PlannedTensor,
  models: ReadonlyMap<string, Model>,
  routers: Routers = new Map(),
): Making {
  const task = taskOf(plan, tensor);
  if (tensor.action === "stack" || tensor.action === "make") {
    const stacked = stackOf(tensor, models, plan.seed, routers);
    const [input] = stacked.inputs;
    return input.dtype === tensor.dtype ? stacked : mapMaking(castMethod, task, [input], outputDType(tensor));
  }
  if (plan.method === MIXTURE_ID) return copyMaking(task, tensor, models, plan.rowMaps);
  const method = findMethod(plan.method);
  const only = tensor.action === "copy" ? 0 : method.unchanged?.(task);
  const all = baseFirst(tensor.inputs);
  const planned = only === undefined ? all : all.slice(only, only + 1);
  const inputs = planned.map((input) => openInput(input, tensor.shape, models, plan.rowMaps));
  const [first] = inputs;
  // What a device has to finish goes there, even where nothing else is done to it.
  const stored = first?.source.begin?.(first.name) === undefined;
  if (only !== undefined && first?.dtype === tensor.dtype && stored)
    return { kind: "copy", inputs: [first], count: task.count };
  return mapMaking(only === undefined ? method : castMethod, task, inputs, outputDType(tensor));
}

/** A tensor of one model as it is, in the output's dtype. */
function copyMaking(
  task: TensorTask,
  tensor: PlannedTensor,
  models: ReadonlyMap<string, Model>,
  maps: RowMaps,
): Making {
  const [planned] = tensor.inputs;
  if (!planned) throw new TypeError(`Nothing is planned to be ${tensor.name}.`);
  const input = openInput(planned, tensor.shape, models, maps);
  if (input.dtype === tensor.dtype) return { kind: "copy", inputs: [input], count: task.count };
  return mapMaking(castMethod, task, [input], outputDType(tensor));
}

/**
 * One tensor in another dtype.
 * @throws {AwaseError} `merge/dtype`
 */
export function castMaking(input: TensorInput, name: string, count: number, output: OutputDType): MapMaking {
  const task = { name, count, shape: [count], parameters: {}, inputs: [], seed: 0 };
  return mapMaking(castMethod, task, [input], output);
}

/** Runs the reductions of a tensor over all its blocks. */
export function bindMaking(
  { method, task }: MapMaking,
  device: Device,
  blocks: Blocks,
  signal?: AbortSignal,
): Promise<BoundMap> {
  return method.prepare(task, { device, blocks, ...(signal && { signal }) });
}

/** How the tensor is cut on this device. */
export function layoutOf(
  { dtypes, output, count }: MapMaking,
  device: Pick<DeviceInfo, "kind" | "budgetBytes" | "maxBindingBytes" | "maxBufferBytes">,
  blockBytes?: number,
): BlockLayout {
  return blockLayout({ inputs: dtypes, output, count }, device, blockBytes);
}

function mapMaking(
  method: MapMaking["method"],
  task: TensorTask,
  inputs: readonly TensorInput[],
  output: OutputDType,
): MapMaking {
  const dtypes = inputs.map((input) => floatDType(input, task.name));
  return { kind: "map", inputs, count: task.count, dtypes, output, method, task };
}

/** The base is input 0, wherever a recipe names it; the others keep their order. */
export function baseFirst<T extends Pick<PlannedInput, "isBase">>(inputs: readonly T[]): readonly T[] {
  return [...inputs.filter(({ isBase }) => isBase), ...inputs.filter(({ isBase }) => !isBase)];
}

function taskOf(plan: Pick<MergePlan, "seed">, tensor: PlannedTensor): TensorTask {
  return {
    name: tensor.name,
    count: elementCount(tensor.shape),
    shape: tensor.shape,
    parameters: tensor.parameters,
    inputs: baseFirst(tensor.inputs).map(({ model, isBase, parameters }) => ({ model, isBase, parameters })),
    seed: plan.seed,
  };
}

function floatDType({ dtype, model }: TensorInput, tensor: string): FloatDType {
  if (isFloatDType(dtype)) return dtype;
  throw mergeFailure("merge/dtype", { tensor, model, dtype });
}

function outputDType({ name, dtype }: PlannedTensor): OutputDType {
  const found = OUTPUT_DTYPES.find((known) => known === dtype);
  if (found) return found;
  throw mergeFailure("merge/dtype", { tensor: name, model: undefined, dtype });
}
