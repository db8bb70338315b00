import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../formats/dtypes";
import { LEAF } from "./blocks";
import type { DeviceInfo } from "./device";
import { shareOf } from "./memoryLedger";

/** No kernel sees more: all its inputs and its output together. Half of WebGPU's default binding limit. */
export const MAX_BLOCK_BYTES = 64 * 1024 * 1024;

/**
 * What a block takes where nothing else is asked for. Launches and round trips hide behind a few MiB, also on a software
 * adapter, where one costs milliseconds; the others work on smaller blocks, because a run can only be cancelled
 * between two of them.
 */
const PREFERRED_BLOCK_BYTES = { webgpu: 32 * 1024 * 1024, wasm: 4 * 1024 * 1024, cpu: 4 * 1024 * 1024 } as const;

/** Blocks on their way through the device at once: one is filled while another is computed and a third is read back. */
export const BLOCKS_IN_FLIGHT = 3;

/** What a tensor needs room for. */
export interface BlockDemand {
  readonly inputs: readonly FloatDType[];
  readonly output: OutputDType;
  /** Elements per input. */
  readonly count: number;
}

export interface BlockLayout {
  /** Elements per block, a multiple of LEAF; the last block may have fewer. */
  readonly elements: number;
  /** Whether all inputs stay on the device, so that reductions need not read them again. */
  readonly resident: boolean;
  /** Device memory the tensor takes while it is merged, sums and histograms not counted. */
  readonly deviceBytes: number;
}

/** Bytes of `count` elements on the device, where every input starts at a multiple of 16. */
export function packedBytes(dtype: FloatDType, count: number): number {
  return Math.ceil((count * DTYPE_BYTES[dtype]) / 16) * 16;
}

/**
 * How a tensor is cut. The cut decides speed and memory, never a bit of the result.
 * @param blockBytes Bytes of one input per block; for tests. Still capped by the device and by MAX_BLOCK_BYTES.
 */
export function blockLayout(
  demand: BlockDemand,
  device: Pick<DeviceInfo, "kind" | "budgetBytes" | "maxBindingBytes" | "maxBufferBytes">,
  blockBytes?: number,
): BlockLayout {
  const { inputs, output, count } = demand;
  const inputBytes = inputs.reduce((sum, dtype) => sum + DTYPE_BYTES[dtype], 0);
  const elementBytes = inputBytes + DTYPE_BYTES[output];
  const cap = Math.min(
    MAX_BLOCK_BYTES,
    device.maxBindingBytes,
    device.maxBufferBytes,
    Math.floor(shareOf(device.budgetBytes, "streaming", "blocks") / BLOCKS_IN_FLIGHT),
  );
  const widest = inputs.reduce((most, dtype) => Math.max(most, DTYPE_BYTES[dtype]), 1);
  const preferred = PREFERRED_BLOCK_BYTES[device.kind];
  const wanted = blockBytes === undefined ? preferred / elementBytes : blockBytes / widest;
  const leaves = Math.max(1, Math.floor(Math.min(wanted, cap / elementBytes) / LEAF));
  const elements = Math.min(leaves * LEAF, Math.max(LEAF, Math.ceil(count / LEAF) * LEAF));

  const outputs = BLOCKS_IN_FLIGHT * Math.min(elements, count) * DTYPE_BYTES[output];
  const all = inputs.reduce((sum, dtype) => sum + packedBytes(dtype, count), 0);
  const resident = all + outputs <= shareOf(device.budgetBytes, "merging", "inputs");
  const streamed = BLOCKS_IN_FLIGHT * Math.min(elements, count) * elementBytes;
  return { elements, resident, deviceBytes: resident ? all + outputs : streamed };
}

/** The most device memory that merging a tensor takes under a budget, on any WebGPU adapter (its default limits). */
export function deviceBytesFor(demand: BlockDemand, budgetBytes: number): number {
  const limits = { kind: "webgpu", maxBindingBytes: 128 << 20, maxBufferBytes: 256 << 20 } as const;
  return blockLayout(demand, { ...limits, budgetBytes }).deviceBytes;
}
