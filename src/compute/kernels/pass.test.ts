import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device, DeviceBuffer } from "../device";
import { openCpuDevice } from "../devices/cpu";
import { firstDifference, normals } from "../devices/devices.testing";
import { openTestWasm } from "../devices/wasm/wasm.testing";
import { activate } from "./activations/activate";
import { addRows } from "./activations/addRows";
import { addScaled } from "./activations/addScaled";
import { capLogits } from "./activations/capLogits";
import { copyRows } from "./activations/copyRows";
import { gatherRows } from "./activations/gatherRows";
import { nllFold, RunningNll } from "./activations/nllFold";
import { norm } from "./activations/norm";
import { attention } from "./attention/attention";
import { rope } from "./attention/rope";
import { numbersOf, place, placeWeight, worst } from "./kernels.testing";
import { matmul } from "./products/matmul";

/** The forward pass's kernels on threads: near the reference, and the same bytes for any number of them. */
const cpu = openCpuDevice({ reason: "A test compares it." });
let threads: readonly Device[] = [];
beforeAll(async () => {
  threads = await Promise.all([1, 2, 7].map((count) => openTestWasm(count)));
});
afterAll(() => {
  for (const device of threads) device.close();
});

async function compare(tolerance: number, run: (device: Device) => Promise<Float32Array>): Promise<void> {
  const expected = await run(cpu);
  const got: Float32Array[] = [];
  for (const device of threads) got.push(await run(device));
  for (const numbers of got) {
    expect(worst(numbers, expected, tolerance)).toBeUndefined();
    expect(
      firstDifference(new Uint32Array(numbers.buffer), new Uint32Array((got[0] ?? numbers).buffer)),
    ).toBeUndefined();
  }
}

const words = (device: Device, values: readonly number[]): Promise<DeviceBuffer> =>
  place(device, Uint32Array.from(values));

describe("products", () => {
  const shapes = [1, 2, 3, 4, 5, 9, 64, 257, 300].flatMap((m) => [
    { m, n: 10, k: 7 },
    { m, n: 67, k: 64 },
    { m, n: 130, k: 600 },
  ]);
  it.each(["F32", "BF16", "F16"] as const)("of %s weights", async (dtype) => {
    for (const { m, n, k } of shapes) {
      await compare(2e-4, async (device) => {
        const x = await place(device, normals(1, m * k));
        const { weight } = await placeWeight(device, normals(2, n * k), dtype);
        const { weight: bias } = await placeWeight(device, normals(3, n), dtype);
        const y = await place(device, normals(4, m * n));
        await matmul(device, { x, w: weight, y, m, n, k, bias, accumulate: m % 2 === 0, scale: 0.5 });
        return numbersOf(device, y, m * n);
      });
    }
  });

  it("of weights by columns, and of a part of them", async () => {
    for (const [m, n, k] of [
      [1, 12, 8],
      [5, 70, 33],
      [40, 20, 520],
    ] as const) {
      await compare(2e-4, async (device) => {
        const x = await place(device, normals(1, m * k));
        const { weight } = await placeWeight(device, normals(2, (n + 8) * k), "BF16");
        const y = await place(device, new Float32Array(m * n));
        await matmul(device, { x, w: { ...weight, layout: "columns", row0: 4, columns: n + 8 }, y, m, n, k });
        return numbersOf(device, y, m * n);
      });
    }
  });
});

describe("attention", () => {
  it.each([{ headDim: 16 }, { headDim: 64, window: 9 }, { headDim: 20, softCap: 5 }, { headDim: 6 }])(
    "%o",
    async (how) => {
      const [m, heads, kvHeads] = [37, 4, 2];
      await compare(1e-5, async (device) => {
        const q = await place(device, normals(1, m * heads * how.headDim));
        const k = await place(device, normals(2, m * kvHeads * how.headDim));
        const v = await place(device, normals(3, m * kvHeads * how.headDim));
        const out = await place(device, new Float32Array(m * heads * how.headDim));
        // Two sequences: of 20 rows and of 17.
        const rows = await words(
          device,
          Array.from({ length: m }, (_, row) => (row < 20 ? [0, 20, row, 0] : [20, 17, row - 20, 0])).flat(),
        );
        await attention(device, { q, k, v, out, rows, m, heads, kvHeads, scale: 0.25, ...how });
        return numbersOf(device, out, m * heads * how.headDim);
      });
    },
  );

  it("turns pairs", async () => {
    await compare(1e-6, async (device) => {
      const x = await place(device, normals(1, 40 * 3 * 16));
      const table = await place(device, normals(2, 50 * 16));
      const positions = await words(
        device,
        Array.from({ length: 40 }, (_, i) => (i * 7) % 50),
      );
      await rope(device, { x, table, positions, rows: 40, heads: 3, headDim: 16, rotary: 16, interleaved: false });
      await rope(device, { x, table, positions, rows: 40, heads: 3, headDim: 16, rotary: 8, interleaved: true });
      return numbersOf(device, x, 40 * 3 * 16);
    });
  });
});

describe("rows", () => {
  it.each(["rms", "layer"] as const)("%s norms", async (kind) => {
    for (const width of [1, 7, 64, 130]) {
      await compare(1e-5, async (device) => {
        const x = await place(device, normals(1, 33 * width));
        const { weight } = await placeWeight(device, normals(2, 3 * width), "F16");
        const { weight: bias } = await placeWeight(device, normals(3, 3 * width), "BF16");
        const y = await place(device, new Float32Array(33 * width));
        await norm(device, { kind, x, y, rows: 33, width, weight, bias, epsilon: 1e-5, offset: 1, weightRows: 3 });
        await norm(device, { kind, x: y, y, rows: 33, width, epsilon: 1e-2 });
        return numbersOf(device, y, 33 * width);
      });
    }
  });

  it.each(["silu", "gelu", "gelu-tanh", "relu"] as const)("%s", async (kind) => {
    const values = normals(1, 10_002).map((value) => value * 9);
    values.set([0, -0, 100, -100, 88.5, -88.5, 1e-30]);
    await compare(1e-4, async (device) => {
      const x = await place(device, values);
      const y = await place(device, new Float32Array(10_002));
      await activate(device, { kind, x, y, count: 10_002 });
      await activate(device, { kind, x: y, gate: x, y, count: 10_001 });
      const fused = await place(device, new Float32Array(5001));
      await activate(device, { kind, x, y: fused, fusedWidth: 1667, count: 5001 });
      await addScaled(device, { x: fused, y, count: 5001, scale: 0.3 });
      return numbersOf(device, y, 10_001);
    });
  });

  it("are gathered, copied, added where they belong, and capped", async () => {
    const [m, width] = [37, 1027];
    const list = (device: Device, place: (i: number) => number) =>
      words(
        device,
        Array.from({ length: m }, (_, i) => place(i)),
      );
    for (const dtype of ["F32", "BF16", "F16"] as const) {
      await compare(1e-5, async (device) => {
        const ids = await list(device, (i) => (i * 5) % 40);
        const to = await list(device, (i) => (i * 11) % m);
        const { weight } = await placeWeight(device, normals(1, 40 * width), dtype);
        const y = await place(device, normals(2, m * width));
        const table = { ...weight, row0: 3 };
        await gatherRows(device, { table, first: 2, count: 30, ids, y, m, width, scale: 1.7 });
        await gatherRows(device, { table, first: 5, count: 20, ids, y, m, width, accumulate: true });
        const copied = await place(device, new Float32Array(m * width));
        await copyRows(device, { x: y, y: copied, from: to, m, width });
        const weights = await place(device, normals(3, m));
        await addRows(device, { x: y, y: copied, to, weights, m, width });
        await capLogits(device, { x: copied, count: m * width - 1, softCap: 3 });
        return numbersOf(device, copied, m * width);
      });
    }
  });

  it("folds likelihoods", async () => {
    const [m, n, k] = [21, 301, 32];
    for (const softCap of [0, 4]) {
      await compare(2e-5, async (device) => {
        const running = await RunningNll.open(device, m);
        const x = await place(device, normals(1, m * k));
        const { weight: w } = await placeWeight(device, normals(2, n * k), "BF16");
        const targets = await words(
          device,
          Array.from({ length: m }, (_, i) => (i * 31) % n),
        );
        await nllFold(device, { running, x, w, targets, m, n, k, first: 0, softCap, atOnce: 64 * m });
        return Float32Array.from(await running.read());
      });
    }
  });
});
