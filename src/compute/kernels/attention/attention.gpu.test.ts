import { afterAll, describe, expect, it } from "vitest";
import type { Device } from "../../device";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, worst } from "../kernels.testing";
import { attention } from "./attention";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

interface Case {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Of each sequence: keys there are room for, keys there are, and how many of the last of these ask. */
  readonly sequences: readonly (readonly [room: number, keys: number, rows: number])[];
  readonly softCap?: number;
  readonly window?: number;
}

/** Where attention differs from softmax(q·kᵀ)·v written out; undefined if nowhere. */
async function difference(device: Device, { heads, kvHeads, headDim, sequences, softCap = 0, window = 0 }: Case) {
  const rows: number[][] = [];
  let keys = 0;
  for (const [room, count, asking] of sequences) {
    for (let at = count - asking; at < count; at++) rows.push([keys, at + 1, at, 0]);
    keys += room;
  }
  const scale = 1 / Math.sqrt(headDim);
  const q = normals(1, rows.length * heads * headDim).map((value) => 2 * value);
  const [k, v] = [normals(2, keys * kvHeads * headDim), normals(3, keys * kvHeads * headDim)];
  using qs = await place(device, q);
  using ks = await place(device, k);
  using vs = await place(device, v);
  using described = await place(device, Uint32Array.from(rows.flat()));
  using out = await device.lease(q.byteLength, "out");
  const shape = { m: rows.length, heads, kvHeads, headDim, scale, softCap, window, sequences: sequences.length };
  await attention(device, { q: qs, k: ks, v: vs, rows: described, out, ...shape });
  const got = await numbersOf(device, out, q.length);

  const expected = rows.flatMap(([first = 0, , position = 0], row) =>
    Array.from({ length: heads }, (_, head) => {
      const column = Math.floor(head / (heads / kvHeads)) * headDim;
      const query = q.subarray((row * heads + head) * headDim, (row * heads + head + 1) * headDim);
      const seen = Array.from({ length: position + 1 }, (_, key) => key).slice(window > 0 ? -window : 0);
      const weights = seen.map((key) => {
        const at = (first + key) * kvHeads * headDim + column;
        const score = scale * query.reduce((sum, value, i) => sum + value * (k[at + i] ?? 0), 0);
        return Math.exp(softCap > 0 ? softCap * Math.tanh(score / softCap) : score);
      });
      const total = weights.reduce((sum, weight) => sum + weight);
      return Array.from({ length: headDim }, (_, i) => {
        const at = (key: number) => (first + key) * kvHeads * headDim + column + i;
        return seen.reduce((sum, key, n) => sum + ((weights[n] ?? 0) / total) * (v[at(key)] ?? 0), 0);
      });
    }).flat(),
  );
  return worst(got, expected, 1e-5);
}

describe.each(devices)("attention on $name", ({ device }) => {
  it.each([1, 5, 8, 16, 48, 144])("takes heads of %i", async (headDim) => {
    const sequences = [[28, 28, 28] as const];
    expect(await difference(device, { heads: 4, kvHeads: 2, headDim, sequences })).toBeUndefined();
  });

  it("takes heads of more units than a workgroup has threads", async () => {
    for (const headDim of [66, 320]) {
      expect(await difference(device, { heads: 2, kvHeads: 1, headDim, sequences: [[5, 5, 5]] })).toBeUndefined();
    }
  });

  it("keeps the sequences of a ragged batch apart", async () => {
    for (const headDim of [8, 16]) {
      for (const kvHeads of [1, 3]) {
        const sequences = [1, 2, 17, 40, 3, 70].map((length) => [length, length, length] as const);
        expect(await difference(device, { heads: 3, kvHeads, headDim, sequences })).toBeUndefined();
      }
    }
  });

  it("sees no further back than its window", async () => {
    for (const window of [1, 7, 8, 64, 1000]) {
      const sequences = [
        [33, 33, 33],
        [90, 90, 90],
      ] as const;
      expect(await difference(device, { heads: 2, kvHeads: 2, headDim: 16, sequences, window })).toBeUndefined();
    }
  });

  it("caps scores softly", async () => {
    const shape = { heads: 4, kvHeads: 2, headDim: 16, sequences: [[40, 40, 40]] } as const;
    expect(await difference(device, { ...shape, softCap: 3 })).toBeUndefined();
    expect(await difference(device, { ...shape, softCap: 0.5, window: 8 })).toBeUndefined();
  });

  it("goes on from a cache, one row or a few of each sequence", async () => {
    for (const asking of [1, 2, 20]) {
      const sequences = [70, 33, 129].map((keys) => [160, keys, asking] as const);
      expect(await difference(device, { heads: 4, kvHeads: 2, headDim: 16, sequences })).toBeUndefined();
      expect(
        await difference(device, { heads: 4, kvHeads: 2, headDim: 16, sequences, window: 16, softCap: 5 }),
      ).toBeUndefined();
    }
  });
});
