import type { Device } from "../../compute/device";
import type { PlacedTensor, TensorSource } from "../../model/sources/tensorSource";
import { inTurn } from "./inTurn";
import type { TablePlan } from "./weightPlan";

/** Stripes are cut at multiples of this many rows, so that they begin at the start of a leaf whatever the width. */
const STRIPE_ROWS = 1024;

/** What a stripe has at most, unless `STRIPE_ROWS` rows have more: large enough to keep a GPU busy, small beside a layer. */
const STRIPE_BYTES = 32 * 1024 * 1024;

/** Rows [first, first + count) of a table. */
export interface Stripe {
  readonly first: number;
  readonly count: number;
}

/** The stripes of a table, in order; the same for every use of it, so that a cache of placed stretches meets them again. */
export function stripesOf({ rows, bytesPerElement }: TablePlan, width: number, device: Device): readonly Stripe[] {
  const limit = Math.min(STRIPE_BYTES, device.info.maxBindingBytes);
  const steps = Math.max(1, Math.floor(limit / (STRIPE_ROWS * width * bytesPerElement)));
  const size = steps * STRIPE_ROWS;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => ({
    first: i * size,
    count: Math.min(size, rows - i * size),
  }));
}

/** Where a table's stripes come from, and where they go. */
export interface TablePlace {
  readonly table: TablePlan;
  readonly width: number;
  readonly source: TensorSource;
  readonly device: Device;
  readonly prefetch: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Stripes in turn, with two on the device at most. */
export async function* stripesInTurn(
  stripes: readonly Stripe[],
  { table, width, source, device, prefetch, signal }: TablePlace,
): AsyncGenerator<{ readonly stripe: Stripe; readonly placed: PlacedTensor }, void, void> {
  const place = ({ first, count }: Stripe) =>
    source.place(table.tensor, first * width, (first + count) * width, device, signal);
  for await (const [stripe, placed] of inTurn(stripes, place, () => prefetch)) yield { stripe, placed };
}
