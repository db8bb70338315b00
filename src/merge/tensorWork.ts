import { AwaseError } from "../base/errors";
import { type BlockLayout, blockLayout } from "../compute/blockSize";
import type { Blocks } from "../compute/blocks";
import type { Device, DeviceInfo } from "../compute/device";
import type { BoundMap } from "../compute/map";
import { type FloatDType, isFloatDType, OUTPUT_DTYPES, type OutputDType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { Checkpoint } from "../model/checkpoint";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { type HostBlock, TensorBlocks } from "./blocks";
import { cast } from "./cast";
import { openInput, type TensorInput } from "./inputs";
import { findMethod } from "./registry";
import type { TensorTask } from "./types";

/** How one output tensor is made: its inputs, opened, and what happens to them. */
export type TensorWork = CopyWork | MapWork;

/** The stored bytes of the only input go out as they are. They never become numbers, so nothing can change them. */
export interface CopyWork {
  readonly kind: "copy";
  readonly inputs: readonly [TensorInput];
  /** Elements of the output. */
  readonly count: number;
}

export interface MapWork {
  readonly kind: "map";
  readonly inputs: readonly TensorInput[];
  readonly count: number;
  readonly dtypes: readonly FloatDType[];
  readonly output: OutputDType;
  /** The inputs as blocks on a device; `read` brings them to the host. */
  blocks(device: Device, layout: BlockLayout, read: () => AsyncIterable<HostBlock>, signal?: AbortSignal): TensorBlocks;
  /** Runs the reductions over all blocks. */
  bind(device: Device, blocks: Blocks, signal?: AbortSignal): Promise<BoundMap>;
}

/**
 * Opens the inputs of a planned tensor and finds out what is to be done with them.
 * @throws {AwaseError} `merge/unknown-method`, `merge/dtype`, and as `openInput`
 */
export async function tensorWork(
  plan: Pick<MergePlan, "method" | "seed">,
  tensor: PlannedTensor,
  models: ReadonlyMap<string, Checkpoint>,
): Promise<TensorWork> {
  const method = findMethod(plan.method);
  const task = taskOf(plan, tensor);
  const only = tensor.action === "copy" ? 0 : method.unchanged?.(task);
  const planned = only === undefined ? tensor.inputs : tensor.inputs.slice(only, only + 1);
  const inputs = planned.map((input) => openInput(input, tensor.shape, models));
  const [first] = inputs;
  if (only !== undefined && first?.dtype === tensor.dtype) return { kind: "copy", inputs: [first], count: task.count };

  const label = `${plan.method} ${tensor.name}`;
  const output = outputDType(tensor);
  if (only !== undefined) return castWork(tensor.name, { inputs, count: task.count }, output);
  return mapWork(tensor.name, inputs, task.count, output, label, (device, blocks, signal) =>
    method.prepare(task, { device, blocks, ...(signal && { signal }) }),
  );
}

/**
 * One input in the dtype of the output.
 * @throws {AwaseError} `merge/dtype`
 */
export function castWork(
  name: string,
  { inputs, count }: Pick<TensorWork, "inputs" | "count">,
  output: OutputDType,
): MapWork {
  return mapWork(name, inputs, count, output, name, async () => cast);
}

function mapWork(
  name: string,
  inputs: readonly TensorInput[],
  count: number,
  output: OutputDType,
  label: string,
  bind: MapWork["bind"],
): MapWork {
  const dtypes = inputs.map((input) => floatDType(input, name));
  return {
    kind: "map",
    inputs,
    count,
    dtypes,
    output,
    blocks: (device, layout, read, signal) => new TensorBlocks(device, count, dtypes, layout, read, label, signal),
    bind,
  };
}

/** How the tensor is cut on this device. */
export function layoutOf(work: MapWork, device: DeviceInfo, blockBytes?: number): BlockLayout {
  const demand = { inputs: work.dtypes, output: work.output, count: work.count };
  return blockLayout(demand, device, blockBytes);
}

function taskOf(plan: Pick<MergePlan, "seed">, tensor: PlannedTensor): TensorTask {
  return {
    name: tensor.name,
    count: elementCount(tensor.shape),
    shape: tensor.shape,
    parameters: tensor.parameters,
    inputs: tensor.inputs.map(({ model, isBase, parameters }) => ({ model, isBase, parameters })),
    seed: plan.seed,
  };
}

function floatDType({ dtype, model }: TensorInput, tensor: string): FloatDType {
  if (isFloatDType(dtype)) return dtype;
  throw new AwaseError(
    "merge/dtype",
    `Cannot merge ${tensor}: in ${model} it is stored as ${dtype}, and only BF16, F16, F32, F8_E4M3 and F8_E5M2 can be computed with.`,
    { facts: { tensor, model, dtype } },
  );
}

function outputDType({ name, dtype }: PlannedTensor): OutputDType {
  const found = OUTPUT_DTYPES.find((known) => known === dtype);
  if (found) return found;
  throw new AwaseError(
    "merge/dtype",
    `Cannot write ${name} as ${dtype}: a merged tensor is written as BF16, F16 or F32. Set dtype or out_dtype in the recipe.`,
    { facts: { tensor: name, dtype } },
  );
}
