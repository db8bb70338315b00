import type { FloatDType, OutputDType } from "../../../formats/dtypes";
import type { PackedBlock } from "../../blocks";
import type { Device, DeviceBuffer } from "../../device";
import { placeTable } from "../common/fibreTable";
import { packedNumbers } from "../link/packed";
import type { BoundMap } from "./map";
import { isRagged, mapGroups, mapKernel, paddedBytes } from "./mapKernel";
import type { NotFiniteCounter } from "./notFinite";

/**
 * Applies a map to one block.
 * @param dtypes stored type of each packed input
 * @returns `block.count` elements of `output`, lent to the caller; what follows them in the buffer is zero
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export async function applyMap(
  device: Device,
  bound: BoundMap,
  block: PackedBlock,
  dtypes: readonly FloatDType[],
  output: OutputDType,
  counter: NotFiniteCounter,
): Promise<DeviceBuffer> {
  const { map, table } = bound;
  if (map.fibres && !table) throw new TypeError(`${map.name} needs a table of its fibres.`);
  const kernel = await device.prepare(mapKernel(map, dtypes, output, isRagged(block.count), table?.width));
  using placed = table && (await placeTable(device, table, block));
  const dst = await device.lease(paddedBytes(block.count, output), `${bound.map.name} out`);
  const numbers = { ...bound.uniforms(block), ...packedNumbers(block), ...placed?.numbers };
  const buffers = [block.buffer, dst, counter.buffer];
  device.run(kernel, placed ? [...buffers, placed.buffer] : buffers, numbers, mapGroups(block.count));
  return dst;
}
