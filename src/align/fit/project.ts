import type { Doubles, Floats } from "../../base/bytes";
import type { Device } from "../../compute/device";
import type { Matrix } from "../../compute/linalg/matrix";
import { eachRow, productBlocks } from "../../compute/linalg/product";
import { readRows, type Table } from "../table";

/** How rows of the donor come to lie in the base's space, but for scale and mean there. */
export interface Turning {
  readonly meanDonor: Doubles;
  /** Rᵀ, [d_b, d_d]. */
  readonly transposed: Matrix;
}

/** (E_d[ids] − μ_d)·R, f32 [ids.length, d_b]. */
export async function turnRows(
  device: Device,
  donor: Table,
  ids: ArrayLike<number>,
  { meanDonor, transposed }: Turning,
  signal?: AbortSignal,
): Promise<Floats> {
  const { width } = donor;
  const rows = await readRows(donor, ids, signal);
  for (let at = 0; at < rows.length; at++) rows[at] = (rows[at] ?? 0) - (meanDonor[at % width] ?? 0);
  const out = new Float32Array(ids.length * transposed.rows);
  const x = { rows: ids.length, columns: width, data: rows };
  const put = (block: Parameters<Parameters<typeof productBlocks>[3]>[0]) =>
    eachRow(block, ({ row, column }, values) => out.set(values, row * transposed.rows + column));
  await productBlocks(device, x, transposed, put, signal);
  return out;
}
