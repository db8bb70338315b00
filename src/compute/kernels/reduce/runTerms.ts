import type { Blocks, PackedBlock } from "../../blocks";
import type { Device, DeviceBuffer } from "../../device";
import type { Numbers } from "../../kernel";
import { placeTable } from "../common/fibreTable";
import { packedNumbers } from "../link/packed";
import type { BoundTerms } from "./terms";
import { type Reduction, termsKernel } from "./termsKernel";

/**
 * Reduces one block into `output`.
 * @param numbers values of the reductions' uniforms
 */
export type RunTerms = (block: PackedBlock, output: DeviceBuffer, numbers: Numbers, groups: number) => Promise<void>;

/**
 * Compiles reductions of the same terms, and gives what runs all of them over a block: with it goes its part of the terms' table of fibres,
 * where they have one.
 * @throws {AwaseError} `gpu/shader`, `gpu/lost`
 */
export async function prepareTerms(
  device: Device,
  { dtypes }: Blocks,
  { terms, table, uniforms }: BoundTerms,
  reductions: readonly Reduction[],
): Promise<RunTerms> {
  if (terms.fibres && !table) throw new TypeError(`${terms.name} needs a table of its fibres.`);
  const kernels = await Promise.all(
    reductions.map((reduction) => device.prepare(termsKernel(terms, dtypes, reduction, table?.width))),
  );
  return async (block, output, numbers, groups) => {
    using placed = table && (await placeTable(device, table, block));
    const buffers = [block.buffer, output, ...(placed ? [placed.buffer] : [])];
    const values = { ...uniforms(block), ...packedNumbers(block), ...placed?.numbers, ...numbers };
    for (const kernel of kernels) device.run(kernel, buffers, values, groups);
  };
}
