import type { FloatDType, OutputDType } from "../../../formats/dtypes";
import type { PackedBlock } from "../../blocks";
import type { Device, DeviceBuffer } from "../../device";
import { packedNumbers } from "../link/packed";
import type { BoundMap, FibreTable } from "./map";
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

/** Brings the numbers of the fibres that a block has elements of to the device. */
async function placeTable(device: Device, { fibres, width, values }: FibreTable, block: PackedBlock) {
  const { count, length, stride } = fibres;
  const rows = stride === 1;
  const first = rows ? Math.floor(block.start / length) : 0;
  const last = rows ? Math.floor((block.start + block.count - 1) / length) + 1 : count;
  const buffer = await device.lease(Math.max(1, last - first) * width * 4, "table of fibres");
  const used = values.subarray(first * width, last * width);
  device.write(buffer, 0, new Uint8Array(used.buffer, used.byteOffset, used.byteLength));
  const numbers = {
    fibre_skew: rows ? block.start - first * length : block.start % count,
    fibre_size: rows ? length : count,
    fibre_rows: rows ? 1 : 0,
  };
  return { buffer, numbers, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}
