import type { Device } from "../../device";
import { dispatch } from "../link/define";
import { ABSENT, type MatmulVariant, matmulKernel, workgroups } from "./matmulKernels";

/** No tile wins on every GPU: published winners are with and without shared memory, and of both sizes. */
const CANDIDATES = ["tile 128x128", "tile 64x64", "registers 4x4"] as const satisfies readonly MatmulVariant[];

/** Products in a measurement, so that it is long against the time it takes to hear of its end. */
const REPEATS = 8;
const ROUNDS = 2;

const fastest = new WeakMap<Device, Promise<MatmulVariant>>();

/**
 * The kernel that multiplies large matrices fastest on this device. Measured when first asked for, and remembered: 34 GFLOP for each
 * candidate, which is a tenth of a second on a small GPU.
 * @param size rows and columns of the matrices it is measured with, a multiple of 8
 */
export function fastestForLarge(device: Device, size = 1024): Promise<MatmulVariant> {
  const known = fastest.get(device);
  if (known) return known;
  const measured = measure(device, size);
  fastest.set(device, measured);
  measured.catch(() => fastest.delete(device)); // may be tried again
  return measured;
}

async function measure(device: Device, size: number): Promise<MatmulVariant> {
  using x = await device.lease(4 * size * size, "tuning x");
  using w = await device.lease(2 * size * size, "tuning w");
  using y = await device.lease(4 * size * size, "tuning y");
  for (const buffer of [x, w]) device.clear(buffer, 0, buffer.bytes);
  const values = {
    m: size,
    n: size,
    k: size,
    first: 0,
    stride: size,
    biasFirst: 0,
    biasType: ABSENT,
    keep: 0,
    scale: 1,
  };
  const multiply = (variant: MatmulVariant) =>
    dispatch(device, matmulKernel(variant, "BF16", "rows"), [x, w, w, y], values, workgroups(variant, size, size));

  let best: { variant: MatmulVariant; milliseconds: number } | undefined;
  for (const variant of CANDIDATES) await multiply(variant); // compiled, and the GPU awake
  for (let round = 0; round < ROUNDS; round++) {
    for (const variant of CANDIDATES) {
      await device.settle();
      const start = performance.now();
      for (let i = 0; i < REPEATS; i++) await multiply(variant);
      await device.settle();
      const milliseconds = performance.now() - start;
      if (!best || milliseconds < best.milliseconds) best = { variant, milliseconds };
    }
  }
  return best?.variant ?? CANDIDATES[0];
}
