import { afterAll, describe, expect, it } from "vitest";
import type { Device } from "../../device";
import { normals } from "../../devices/devices.testing";
import { openKernelDevices, place, placeWeight, worst } from "../kernels.testing";
import { nllFold, RunningNll } from "./nllFold";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

interface Case {
  readonly m: number;
  readonly vocabulary: number;
  readonly k: number;
  /** Ids of each stripe, in the order in which they are folded in. */
  readonly stripes: readonly number[];
  readonly scale?: number;
  readonly softCap?: number;
  readonly atOnce?: number;
}

/** Where the nll differs from log-softmax written out; undefined if nowhere. */
async function difference(
  device: Device,
  { m, vocabulary, k, stripes, scale = 1, softCap = 0, atOnce = 1 << 20 }: Case,
) {
  const x = normals(1, m * k).map((value) => 4 * value);
  const { weight, values: w } = await placeWeight(device, normals(2, vocabulary * k), "BF16");
  const targets = Uint32Array.from({ length: m }, (_, row) => (row * 37 + vocabulary - 1) % vocabulary);
  using rows = await place(device, x);
  using wanted = await place(device, targets);
  using running = await RunningNll.open(device, m);
  let first = 0;
  for (const n of stripes) {
    const stripe = { w: { ...weight, row0: first }, first, n };
    await nllFold(device, { running, x: rows, targets: wanted, m, k, scale, softCap, atOnce, ...stripe });
    first += n;
  }
  const got = await running.read();
  weight.buffer[Symbol.dispose]();

  const expected = Float64Array.from({ length: m }, (_, row) => {
    const logits = Array.from({ length: vocabulary }, (_, id) => {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += (x[row * k + i] ?? 0) * (w[id * k + i] ?? 0);
      return softCap > 0 ? softCap * Math.tanh((scale * sum) / softCap) : scale * sum;
    });
    const most = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
    return most + Math.log(sum) - (logits[targets[row] ?? 0] ?? 0);
  });
  return worst(got, expected, 3e-5);
}

describe.each(devices)("nllFold on $name", ({ device }) => {
  it("is −log softmax at the target", async () => {
    for (const m of [1, 5, 30]) {
      expect(await difference(device, { m, vocabulary: 80, k: 32, stripes: [80] })).toBeUndefined();
    }
  });

  it("does not depend on how the vocabulary is cut", async () => {
    for (const stripes of [[1000], [1, 999], [512, 488], [300, 300, 1, 399]]) {
      expect(await difference(device, { m: 7, vocabulary: 1000, k: 16, stripes })).toBeUndefined();
    }
  });

  it("scales and caps logits", async () => {
    const shape = { m: 6, vocabulary: 130, k: 24, stripes: [100, 30] };
    expect(await difference(device, { ...shape, scale: 0.0625 })).toBeUndefined();
    expect(await difference(device, { ...shape, softCap: 5 })).toBeUndefined();
    expect(await difference(device, { ...shape, scale: 0.5, softCap: 30 })).toBeUndefined();
  });

  it("cuts a stripe whose logits are too many to exist at once", async () => {
    for (const atOnce of [0, 7 * 100, 1 << 20]) {
      expect(await difference(device, { m: 7, vocabulary: 300, k: 8, stripes: [290, 10], atOnce })).toBeUndefined();
    }
  });
});
