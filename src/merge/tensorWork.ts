import { AwaseError } from "../base/errors";
import { type BlockLayout, blockLayout } from "../compute/blockSize";
import type { Device } from "../compute/device";
import type { BoundMap } from "../compute/map";
import { type FloatDType, isFloatDType, OUTPUT_DTYPES, type OutputDType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { Checkpoint } from "../model/checkpoint";
import type { MergePlan, PlannedTensor } from "../recipe/plan";
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
  bind(device: Device, blocks: TensorBlocks, signal?: AbortSignal): Promise<BoundMap>;
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
  const inputs = await Promise.all(planned.map((input) => openInput(input, tensor.shape, models)));
  const [first] = inputs;
  if (only !== undefined && first?.dtype === tensor.dtype) return { kind: "copy", inputs: [first], count: task.count };

  const dtypes = inputs.map((input) => floatDType(input, tensor));
  const label = `${plan.method} ${tensor.name}`;
  return {
    kind: "map",
    inputs,
    count: task.count,
    dtypes,
    output: outputDType(tensor),
    blocks: (device, layout, read, signal) => new TensorBlocks(device, task.count, dtypes, layout, read, label, signal),
    bind: (device, blocks, signal) =>
      only === undefined ? method.prepare(task, { device, blocks, ...(signal && { signal }) }) : Promise.resolve(cast),
  };
}

/** How the tensor is cut on this device. */
export function layoutOf(work: MapWork, device: Device, blockBytes?: number): BlockLayout {
  const demand = { inputs: work.dtypes, output: work.output, count: work.count };
  return blockLayout(demand, device.info, blockBytes);
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

function floatDType({ dtype, model }: TensorInput, tensor: PlannedTensor): FloatDType {
  if (isFloatDType(dtype)) return dtype;
  throw new AwaseError(
    "merge/dtype",
    `Cannot merge ${tensor.name}: in ${model} it is stored as ${dtype}, and only BF16, F16, F32, F8_E4M3 and F8_E5M2 can be computed with.`,
    { facts: { tensor: tensor.name, model, dtype } },
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
