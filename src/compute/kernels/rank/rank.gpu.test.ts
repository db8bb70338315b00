import { afterAll, describe, expect, it } from "vitest";
import { LEAF } from "../../blocks";
import { normals, openTestDevices, stored, type TestInput, testBlocks } from "../../devices/devices.testing";
import { keepBound, type RandomKey, randomWords } from "../common/random";
import type { BoundTerms } from "../reduce/terms";
import { WORD } from "./keepByRank";
import { rankMasks } from "./rankMasks";
import { rowsAlongAxis1 } from "./rows";

const devices = await openTestDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** The magnitude of each input. */
const magnitudes: BoundTerms = {
  terms: {
    name: "test/magnitudes",
    terms: (inputs) => inputs,
    wgsl: `
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each k
    abs(x$k),
    //#end
  );
}`,
    uniforms: {},
    reference(x, out) {
      for (const [k, values] of x.entries()) out[k]?.set(values.map(Math.abs));
    },
  },
  uniforms: () => ({}),
};

const KEYS: readonly RandomKey[] = [
  [1, 2],
  [0xffff_ffff, 3],
];

/** What is kept, by sorting and counting: rows along axis 1, equals by index. */
function oracle(values: Float32Array, shape: readonly number[], key: RandomKey, bounds: Uint32Array): boolean[] {
  const [rows, length, inner] =
    shape.length < 2
      ? [1, values.length, 1]
      : [shape[0] ?? 1, shape[1] ?? 1, shape.slice(2).reduce((a, b) => a * b, 1)];
  const random = new Uint32Array(values.length);
  randomWords(key, 0, random);
  const kept = new Array<boolean>(values.length).fill(false);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < inner; column++) {
      const at = Array.from({ length }, (_, j) => (row * length + j) * inner + column);
      const magnitude = (i: number) => Math.abs(values[i] ?? 0);
      at.sort((a, b) => magnitude(a) - magnitude(b) || a - b);
      for (const [rank, i] of at.entries()) kept[i] = (random[i] ?? 0) < (bounds[rank] ?? 0);
    }
  }
  return kept;
}

describe.each(devices)("masks by rank in a row, on $name", ({ device }) => {
  it.each([
    [[1], LEAF],
    [[], LEAF],
    [[1500], LEAF],
    [[7, 1], LEAF],
    [[93, 131], 2 * LEAF],
    [[3, 4099], LEAF],
    [[5, 30, 41], 4 * LEAF],
    [[700, 400], 64 * LEAF],
  ] as const)("of shape %j in blocks of %i are those of sorting", async (shape, block) => {
    const count = shape.reduce((product: number, size) => product * size, 1);
    const [coarse, fine] = [normals(1, count).map((x) => Math.round(8 * x) / 8), normals(2, count)];
    const inputs: readonly TestInput[] = [
      { dtype: "BF16", bytes: stored(coarse, "BF16") }, // full of equals
      { dtype: "F32", bytes: stored(fine, "F32") },
    ];
    const rows = rowsAlongAxis1(shape);
    const bounds = [0, 1].map((k) =>
      Uint32Array.from({ length: rows.length }, (_, rank) => keepBound((rank + 1) / (rows.length + 1 + k))),
    );
    const terms = KEYS.map((key, term) => ({ term, key, bounds: bounds[term] ?? new Uint32Array() }));
    const table = await rankMasks(device, testBlocks(device, inputs, block), magnitudes, rows, terms);
    for (const [column, values] of [coarse, fine].entries()) {
      const kept = Array.from(values, (_, i) => {
        const word = table.values[Math.floor(i / WORD) * table.width + column] ?? Number.NaN;
        return ((word >>> (i % WORD)) & 1) === 1;
      });
      const expected = oracle(values, shape, KEYS[column] ?? [0, 0], bounds[column] ?? new Uint32Array());
      expect(kept.findIndex((is, i) => is !== expected[i])).toBe(-1);
    }
  });

  it("keeps all of a term without bounds", async () => {
    const inputs: readonly TestInput[] = [{ dtype: "F32", bytes: stored(normals(1, 100), "F32") }];
    const blocks = testBlocks(device, inputs, LEAF);
    const { values } = await rankMasks(device, blocks, magnitudes, { length: 10, inner: 1 }, [
      { term: 0, key: [0, 0] },
    ]);
    expect([...values]).toEqual([1, 2, 3, 4, 5].map(() => 2 ** WORD - 1));
  });
});
