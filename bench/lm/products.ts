import { blockUntilReady, init, numpy as np } from "@jax-js/jax";
import type { Floats } from "../../src/base/bytes";
import type { Device } from "../../src/compute/device";
import { matmul } from "../../src/compute/kernels/products/matmul";
import { narrow } from "../../src/formats/convert";
import { normals } from "../llama";
import { secondsEach } from "./timing";
import { tripleLoop } from "./tripleLoop";

/** One product x[rows, width] · w[width, width]ᵀ, in GFLOP/s. */
export interface Product {
  readonly rows: number;
  readonly width: number;
  /** Ours, weights read as they are stored. */
  readonly bf16: number;
  /** Ours, weights in f32 as the others have them. */
  readonly f32: number;
  /** One thread per result, in f32. */
  readonly tripleLoop: number;
  /** jax-js, which makes and tunes its kernels, in f32. */
  readonly jax: number;
}

/** Our matrix product beside a plain triple loop and a public library, all on the same adapter in one run. */
export async function products(device: Device, rows: readonly number[], width: number): Promise<Product[]> {
  const measured: Product[] = [];
  for (const m of rows) {
    const gigaflops = (seconds: number) => (2 * m * width * width) / seconds / 1e9;
    measured.push({
      rows: m,
      width,
      bf16: gigaflops(await ours(device, "BF16", m, width)),
      f32: gigaflops(await ours(device, "F32", m, width)),
      tripleLoop: gigaflops(await tripleLoop(navigator.gpu, m, width, width)),
      jax: gigaflops(await jax(m, width)),
    });
  }
  return measured;
}

async function ours(device: Device, dtype: "BF16" | "F32", m: number, width: number): Promise<number> {
  const bytes = (values: Floats) => new Uint8Array(values.buffer);
  const values = normals(2, width * width, 0.02);
  const packed = dtype === "F32" ? bytes(values) : narrow(values, dtype);
  using x = await device.lease(4 * m * width, "bench x");
  using buffer = await device.lease(packed.length, "bench w");
  using y = await device.lease(4 * m * width, "bench y");
  device.write(x, 0, bytes(normals(1, m * width, 1)));
  device.write(buffer, 0, packed);
  return await secondsEach(
    () => matmul(device, { x, w: { buffer, dtype }, y, m, n: width, k: width }),
    () => device.settle(),
  );
}

async function jax(m: number, width: number): Promise<number> {
  await init("webgpu");
  const array = (seed: number, rows: number, deviation: number) =>
    np.array(normals(seed, rows * width, deviation), { shape: [rows, width], device: "webgpu" });
  const [x, w] = [array(1, m, 1), array(2, width, 0.02)];
  let made: np.Array[] = [];
  const seconds = await secondsEach(
    () => made.push(np.matmul(x.ref, np.transpose(w.ref))), // passing an array on gives it away, a `ref` lends it
    async () => {
      await blockUntilReady(made);
      for (const product of made) product.dispose();
      made = [];
    },
  );
  x.dispose();
  w.dispose();
  return seconds;
}
