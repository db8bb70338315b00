import { afterAll, beforeAll, expect, it } from "vitest";
import { normals } from "../../compute/devices/devices.testing";
import type { WasmDevice } from "../../compute/devices/wasm/device";
import { openTestWasm } from "../../compute/devices/wasm/wasm.testing";
import { unorthogonality } from "../../compute/linalg/linalg.testing";
import { svd } from "../../compute/linalg/svd";
import { rotationOf } from "./rotation";

let device: WasmDevice;
beforeAll(async () => {
  device = await openTestWasm();
});
afterAll(() => device.close());

it.each([
  ["wide", 262, 300],
  ["tall", 300, 262],
])(
  "a %s matrix that goes by products on the device has the rotation and the spectrum of f64",
  async (_, rows, columns) => {
    const cross = { rows, columns, data: normals(11, rows * columns) };
    const { transposed, trace, singular } = await rotationOf(device, cross, { spectrum: true });
    expect([transposed.rows, transposed.columns]).toEqual([columns, rows]);
    expect(unorthogonality(transposed)).toBeLessThan(1e-5);
    const { sigma } = svd(cross);
    const best = sigma.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(trace / best - 1)).toBeLessThan(1e-5);
    expect(singular).toHaveLength(262);
    for (const [at, value] of sigma.entries())
      expect(Math.abs((singular?.[at] ?? 0) - value)).toBeLessThan(1e-4 * (sigma[0] ?? 0));
    expect((await rotationOf(device, cross, { spectrum: false })).singular).toBeUndefined();
  },
);
