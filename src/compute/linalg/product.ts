import type { Floats } from "../../base/bytes";
import type { Device } from "../device";
import { matmul } from "../kernels/products/matmul";
import { shareOf } from "../memoryLedger";
import type { Matrix } from "./matrix";

/** A part of a product: its rows from `row`, its columns from `column`, `columns` of them. */
export interface ProductBlock {
  readonly row: number;
  readonly column: number;
  readonly columns: number;
  readonly values: Floats;
}

/** Bytes of one stripe, where a device has room for more: enough to keep it busy. */
const MOST_STRIPE_BYTES = 32 * 1024 * 1024;

/** Rows of a stripe are cut at multiples of this, so that kernels have whole tiles. */
const STEP = 64;

/**
 * The product a · bᵀ of matrices in ordinary memory, computed on a device in f32, stripe by stripe: what it takes there does not grow
 * with them.
 * @param a [m, k]
 * @param b [n, k]; `a` itself for a · aᵀ, of which blocks above the diagonal are left out then
 * @param each takes the blocks of the product, [m, n]
 * @throws {AwaseError} `gpu/lost`, `gpu/out-of-memory`, `gpu/shader`; after an abort, the signal's reason
 */
export async function productBlocks(
  device: Device,
  a: Matrix,
  b: Matrix,
  each: (block: ProductBlock) => void,
  signal?: AbortSignal,
): Promise<void> {
  const k = a.columns;
  const stripes = { left: stripeRows(device, k, "left"), right: stripeRows(device, k, "right") };
  // A block of the product must fit as well.
  while (stripes.left * stripes.right * 4 > stripeBytes(device, "product") && stripes.right > STEP) {
    stripes.right = Math.ceil(stripes.right / 2 / STEP) * STEP;
  }
  for (let row = 0; row < a.rows; row += stripes.left) {
    const m = Math.min(stripes.left, a.rows - row);
    using x = await upload(device, a, row, m);
    let before: Promise<void> | undefined;
    for (let column = 0; column < b.rows; column += stripes.right) {
      if (a === b && column >= row + m) break;
      signal?.throwIfAborted();
      const n = Math.min(stripes.right, b.rows - column);
      using w = await upload(device, b, column, n);
      using y = await device.lease(m * n * 4, "product");
      await matmul(device, { x, w: { buffer: w, dtype: "F32" }, y, m, n, k });
      const bytes = device.read(y, 0, m * n * 4);
      await before; // one block is taken over while the next is computed
      before = bytes.then(({ buffer }) => each({ row, column, columns: n, values: new Float32Array(buffer) }));
      before.catch(() => undefined);
    }
    await before;
  }
}

/** The same as a whole matrix, [m, n]. */
export async function productOf(device: Device, a: Matrix, b: Matrix, signal?: AbortSignal): Promise<Matrix> {
  const data = new Float32Array(a.rows * b.rows);
  const whole = { rows: a.rows, columns: b.rows, data };
  const put = (block: ProductBlock) =>
    eachRow(block, (at, values) => {
      data.set(values, at.row * b.rows + at.column);
    });
  await productBlocks(device, a, b, put, signal);
  if (a === b) mirror(whole);
  return whole;
}

/** The rows of a block, each with its place in the product. */
export function eachRow(
  { row, column, columns, values }: ProductBlock,
  take: (at: { readonly row: number; readonly column: number }, values: Floats) => void,
): void {
  for (let i = 0; i * columns < values.length; i++) {
    take({ row: row + i, column }, values.subarray(i * columns, (i + 1) * columns));
  }
}

/** Copies what is below the diagonal to above it. */
function mirror({ rows: n, data }: Matrix): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[j * n + i] = data[i * n + j] ?? 0;
}

type Part = "left" | "right" | "product";

function stripeBytes({ info }: Device, part: Part): number {
  return Math.min(MOST_STRIPE_BYTES, info.maxBindingBytes, shareOf(info.budgetBytes, "multiplying", part));
}

function stripeRows(device: Device, k: number, part: Part): number {
  const rows = Math.floor(stripeBytes(device, part) / (k * 4));
  return rows >= STEP ? rows - (rows % STEP) : Math.max(1, rows);
}

async function upload(device: Device, { columns, data }: Matrix, row: number, rows: number) {
  const stripe = data.subarray(row * columns, (row + rows) * columns);
  const buffer = await device.lease(stripe.byteLength, "stripe of a matrix");
  device.write(buffer, 0, new Uint8Array(stripe.buffer, stripe.byteOffset, stripe.byteLength));
  return buffer;
}
