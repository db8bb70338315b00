import { afterAll, describe, expect, it } from "vitest";
import type { OutputDType } from "../../../formats/dtypes";
import type { Device } from "../../device";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, placeWeight, worst } from "../kernels.testing";
import { type Norm, norm } from "./norm";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

interface Case {
  readonly kind: Norm["kind"];
  readonly rows: number;
  readonly width: number;
  readonly weight?: OutputDType;
  readonly bias?: OutputDType;
  readonly offset?: number;
  readonly weightRows?: number;
  /** Rows of weight and bias before those that are used. */
  readonly before?: number;
  readonly inPlace?: boolean;
}

const EPSILON = 1e-5;

/** Where a norm differs from the formula in f64; undefined if nowhere. */
async function difference(device: Device, options: Case) {
  const { kind, rows, width, offset = 0, weightRows = 1, before = 0, inPlace = false } = options;
  const values = normals(1, rows * width).map((value) => 3 * value + 2);
  using x = await place(device, values);
  using apart = await device.lease(values.byteLength, "y");
  const stored = (weightRows + before) * width;
  const weight = options.weight && (await placeWeight(device, normals(2, stored), options.weight));
  const bias = options.bias && (await placeWeight(device, normals(3, stored), options.bias));
  const y = inPlace ? x : apart;
  await norm(device, {
    kind,
    x,
    y,
    rows,
    width,
    epsilon: EPSILON,
    offset,
    weightRows,
    ...(weight ? { weight: { ...weight.weight, row0: before } } : {}),
    ...(bias ? { bias: { ...bias.weight, row0: before } } : {}),
  });
  const got = await numbersOf(device, y, values.length);
  weight?.weight.buffer[Symbol.dispose]();
  bias?.weight.buffer[Symbol.dispose]();

  const expected = Float64Array.from(values, (value, at) => {
    const row = Math.floor(at / width);
    const mine = [...values.subarray(row * width, (row + 1) * width)];
    const mean = kind === "layer" ? mine.reduce((sum, v) => sum + v, 0) / width : 0;
    const variance = mine.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
    const parameter = (before + (row % weightRows)) * width + (at % width);
    const factor = weight ? (weight.values[parameter] ?? 0) + offset : 1;
    return ((value - mean) / Math.sqrt(variance + EPSILON)) * factor + (bias?.values[parameter] ?? 0);
  });
  return worst(got, expected, 1e-5);
}

describe.each(devices)("norm on $name", ({ device }) => {
  it.each(["rms", "layer"] as const)("is the %s norm for rows of any width", async (kind) => {
    for (const width of [1, 3, 8, 63, 64, 65, 200]) {
      expect(await difference(device, { kind, rows: 5, width, weight: "BF16" })).toBeUndefined();
      expect(await difference(device, { kind, rows: 2, width, weight: "F32", bias: "F16" })).toBeUndefined();
    }
  });

  it("needs neither weight nor bias", async () => {
    for (const inPlace of [false, true]) {
      expect(await difference(device, { kind: "layer", rows: 3, width: 20, inPlace })).toBeUndefined();
      expect(await difference(device, { kind: "rms", rows: 3, width: 20, inPlace, bias: "BF16" })).toBeUndefined();
    }
  });

  it("adds an offset to the weight", async () => {
    expect(
      await difference(device, { kind: "rms", rows: 3, width: 24, weight: "BF16", offset: 1, before: 1 }),
    ).toBeUndefined();
  });

  it("normalises heads where they are, with one weight for all or one for each", async () => {
    for (const weightRows of [1, 4]) {
      const heads = { kind: "rms", rows: 4 * 9, width: 16, weightRows, before: weightRows } as const;
      expect(await difference(device, { ...heads, weight: "F16", inPlace: true })).toBeUndefined();
    }
  });
});
