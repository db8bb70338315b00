import { afterAll, describe, expect, it } from "vitest";
import { OUTPUT_DTYPES, type OutputDType } from "../../../formats/dtypes";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, placeWeight, worst } from "../kernels.testing";
import { matmul } from "./matmul";
import { MATMUL_VARIANTS, type MatmulVariant } from "./matmulKernels";
import { fastestForLarge } from "./tuneMatmul";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly dtype?: OutputDType;
  readonly layout?: "rows" | "columns";
  /** Rows (or columns) of the stored weight before and after those that are used. */
  readonly before?: number;
  readonly after?: number;
  readonly bias?: OutputDType;
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly variant?: MatmulVariant;
}

/** Where a product differs from the same in f64, element by element; undefined if nowhere. */
async function difference(device: (typeof devices)[number]["device"], options: Case) {
  const { m, n, k, dtype = "BF16", layout = "rows", before = 0, after = 0, accumulate = false, scale = 1 } = options;
  const stored = before + n + after;
  const [x, held] = [normals(1, m * k), normals(3, m * n)];
  const { weight, values: w } = await placeWeight(device, normals(2, stored * k), dtype);
  const bias = options.bias && (await placeWeight(device, normals(4, before + n), options.bias));
  using from = await place(device, x);
  using y = await place(device, held);
  await matmul(device, {
    x: from,
    w: { ...weight, layout, row0: before, ...(layout === "columns" ? { columns: stored } : {}) },
    y,
    m,
    n,
    k,
    ...(bias ? { bias: { ...bias.weight, row0: before } } : {}),
    accumulate,
    scale,
    ...(options.variant ? { variant: options.variant } : {}),
  });
  const got = await numbersOf(device, y, m * n);
  weight.buffer[Symbol.dispose]();
  bias?.weight.buffer[Symbol.dispose]();

  const element = (row: number, at: number) => (layout === "rows" ? w[row * k + at] : w[at * stored + row]) ?? 0;
  const expected = Float64Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let c = 0; c < k; c++) sum += (x[i * k + c] ?? 0) * element(before + j, c);
    return (accumulate ? (held[at] ?? 0) : 0) + scale * sum + (bias?.values[before + j] ?? 0);
  });
  return worst(got, expected, 2e-6 * (4 + k));
}

describe.each(devices)("matmul on $name", ({ device }) => {
  it.each([1, 2, 3, 4, 5, 8, 9, 33, 70])("takes %i rows", async (m) => {
    for (const [n, k] of [
      [80, 32],
      [1, 4],
      [67, 40],
      [130, 72],
    ] as const) {
      expect(await difference(device, { m, n, k })).toBeUndefined();
    }
  });

  it("takes every k, odd ones too", async () => {
    for (const k of [1, 2, 3, 5, 7, 9, 12, 16, 20, 31, 63, 65]) {
      expect(await difference(device, { m: 6, n: 10, k })).toBeUndefined();
    }
  });

  it("reads weights as they are stored, in both layouts and out of the middle", async () => {
    for (const dtype of OUTPUT_DTYPES) {
      for (const [layout, m] of [
        ["rows", 3],
        ["columns", 9],
      ] as const) {
        for (const [before, after] of [
          [0, 0],
          [8, 4],
          [3, 2],
        ] as const) {
          expect(await difference(device, { m, n: 24, k: 16, dtype, layout, before, after })).toBeUndefined();
        }
      }
    }
  });

  it("scales, adds a bias of any dtype, and adds to what is there", async () => {
    for (const bias of OUTPUT_DTYPES) {
      expect(
        await difference(device, { m: 5, n: 11, k: 12, scale: -0.3, bias, before: 1, accumulate: true }),
      ).toBeUndefined();
    }
    expect(await difference(device, { m: 1, n: 11, k: 12, accumulate: true, bias: "BF16" })).toBeUndefined();
  });
});

describe.each(devices.filter(({ device }) => device.traits.cheapBarriers))(
  "every kernel of matmul on $name",
  ({ device }) => {
    it.each(MATMUL_VARIANTS)("%s is right at every edge", async (variant) => {
      for (const [m, n, k] of [
        [1, 1, 8],
        [4, 8, 16],
        [5, 9, 24],
        [3, 17, 520],
        [65, 129, 40],
        [130, 132, 16],
      ] as const) {
        expect(await difference(device, { m, n, k, variant, bias: "F32" })).toBeUndefined();
      }
    });
  },
);

it("settles on one kernel for large products, and gives back what the measurement borrowed", async () => {
  for (const { device } of devices.filter(({ device }) => device.traits.cheapBarriers)) {
    const { lent } = device.memory;
    const found = fastestForLarge(device, 64);
    expect(["tile 128x128", "tile 64x64", "registers 4x4"]).toContain(await found);
    expect(fastestForLarge(device)).toBe(found);
    expect(device.memory.lent).toBe(lent);
  }
});

it("says which kernel cannot read a weight", async () => {
  for (const { device } of devices) {
    await expect(async () => difference(device, { m: 1, n: 1, k: 6, variant: "registers 1x4" })).rejects.toThrow(
      '"registers 1x4" cannot read a weight',
    );
  }
});
