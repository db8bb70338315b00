import { afterAll, describe, expect, it } from "vitest";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, worst } from "../kernels.testing";
import { activate } from "./activate";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** By Python's math.exp, math.erf and math.tanh in double precision, to eight digits. */
const KNOWN = {
  x: [-200, -6, -1.5, -0.1, 0, 0.3, 1, 2.5, 8, 300],
  silu: [0, -0.014835739, -0.27363829, -0.047502081, 0, 0.17233276, 0.73105858, 2.3103545, 7.9973172, 300],
  gelu: [0, -5.9195259e-9, -0.1002108, -0.046017216, 0, 0.18537343, 0.84134475, 2.4844758, 8, 300],
  "gelu-tanh": [0, -8.439649e-11, -0.10042842, -0.046017249, 0, 0.18537092, 0.84119199, 2.4849157, 8, 300],
  relu: [0, 0, 0, 0, 0, 0.3, 1, 2.5, 8, 300],
} as const;
const KINDS = ["silu", "gelu", "gelu-tanh", "relu"] as const;

describe.each(devices)("activate on $name", ({ device }) => {
  it.each(KINDS)("computes %s", async (kind) => {
    using x = await place(device, Float32Array.from(KNOWN.x));
    using y = await device.lease(4 * KNOWN.x.length, "y");
    await activate(device, { kind, x, y, count: KNOWN.x.length });
    expect(worst(await numbersOf(device, y, KNOWN.x.length), KNOWN[kind], 1e-6)).toBeUndefined();
  });

  it.each([1, 255, 256, 257, 1000])(
    "multiplies %i elements by their activated gates, wherever it writes",
    async (count) => {
      const [up, gates] = [normals(1, count), normals(2, count)];
      const expected = up.map((value, i) => (value * (gates[i] ?? 0)) / (1 + Math.exp(-(gates[i] ?? 0))));
      for (const into of ["apart", "x", "gate"] as const) {
        using x = await place(device, up);
        using gate = await place(device, gates);
        using apart = await device.lease(4 * count, "y");
        const y = { apart, x, gate }[into];
        await activate(device, { kind: "silu", x, gate, y, count });
        expect(worst(await numbersOf(device, y, count), expected, 1e-6)).toBeUndefined();
      }
    },
  );

  it("activates in place", async () => {
    const values = normals(3, 100);
    using x = await place(device, values);
    await activate(device, { kind: "relu", x, y: x, count: 100 });
    expect(
      worst(
        await numbersOf(device, x, 100),
        values.map((value) => Math.max(0, value)),
        0,
      ),
    ).toBeUndefined();
  });

  it("takes gate and x side by side", async () => {
    const [rows, fusedWidth] = [7, 45];
    const both = normals(4, rows * 2 * fusedWidth);
    using x = await place(device, both);
    using y = await device.lease(4 * rows * fusedWidth, "y");
    await activate(device, { kind: "silu", x, y, fusedWidth, count: rows * fusedWidth });
    const expected = Float32Array.from({ length: rows * fusedWidth }, (_, i) => {
      const at = Math.floor(i / fusedWidth) * 2 * fusedWidth + (i % fusedWidth);
      const gate = both[at] ?? 0;
      return (gate / (1 + Math.exp(-gate))) * (both[at + fusedWidth] ?? 0);
    });
    expect(worst(await numbersOf(device, y, expected.length), expected, 1e-6)).toBeUndefined();
  });
});
