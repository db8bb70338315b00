import type { DeviceBytes } from "../../../base/bytes";
import { DTYPE_BYTES, type FloatDType } from "../../../formats/dtypes";
import type { PackedBlock } from "../../blocks";
import type { Numbers, UniformType } from "../../kernel";
import type { Register, Tiles } from "../tiles/tiles";

/**
 * Uniforms of every kernel over packed inputs: elements per input, index in the tensor of the first element divided by 4,
 * nothing (see `seal.wgsl`), and where each input starts in units of 16 bytes.
 */
export const PACKED_UNIFORMS = {
  count: "u32",
  first4: "u32",
  zero: "u32",
  offset: "u32[]",
} as const satisfies Record<string, UniformType>;

/** Their values for a block. */
export function packedNumbers(block: PackedBlock): Numbers {
  return {
    count: block.count,
    first4: block.start / 4,
    zero: 0,
    offset: block.offsets.map((offset) => offset / 16),
  };
}

/**
 * Part of a block as a block of its own.
 * @param start index in the tensor of its first element, a multiple of 16 as the block's is, so that its inputs begin at 16 bytes
 */
export function partOf(block: PackedBlock, dtypes: readonly FloatDType[], start: number, count: number): PackedBlock {
  const skipped = start - block.start;
  const offsets = block.offsets.map((offset, k) => offset + skipped * DTYPE_BYTES[dtypes[k] ?? "F32"]);
  return { buffer: block.buffer, start, count: Math.min(count, block.count - skipped), offsets };
}

/** What a reference reads out of the packed buffer and the values of PACKED_UNIFORMS. */
export function packedInputs(packed: DeviceBytes, values: Numbers, dtypes: readonly FloatDType[]) {
  const count = Number(values.count);
  const offsets = values.offset as readonly number[];
  return {
    count,
    start: Number(values.first4) * 4,
    stored: dtypes.map((dtype, k) => {
      const at = (offsets[k] ?? 0) * 16;
      return packed.subarray(at, at + count * DTYPE_BYTES[dtype]);
    }),
  };
}

/**
 * The same for a program of tiles: inputs in registers.
 * @param packed address of the packed buffer
 * @param counters address of one u32 per input, increased by how many of its elements are NaN or infinite; 0: nobody counts
 */
export function loadPacked(
  tiles: Tiles,
  packed: number,
  values: Numbers,
  dtypes: readonly FloatDType[],
  counters = 0,
): { readonly count: number; readonly start: number; readonly inputs: readonly Register[] } {
  const offsets = values.offset as readonly number[];
  const inputs = dtypes.map((dtype, k) =>
    tiles.load(packed + (offsets[k] ?? 0) * 16, dtype, counters && counters + 4 * k),
  );
  return { count: Number(values.count), start: Number(values.first4) * 4, inputs };
}
