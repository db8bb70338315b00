import { afterAll, describe, expect, it } from "vitest";
import type { Bytes } from "../../../base/bytes";
import { widen } from "../../../formats/convert";
import type { FloatDType } from "../../../formats/dtypes";
import { LEAF } from "../../blocks";
import type { Device } from "../../device";
import {
  firstDifference,
  normals,
  openTestDevices,
  stored,
  type TestInput,
  testBlocks,
} from "../../devices/devices.testing";
import { rowsOf } from "../common/fibres";
import type { FibreTable } from "../common/fibreTable";
import { applyMap } from "../map/applyMap";
import type { BoundMap } from "../map/map";
import { NotFiniteCounter } from "../map/notFinite";
import { sum } from "../reduce/sum";
import type { BoundTerms } from "../reduce/terms";
import { countNonZero } from "./countNonZero";
import { largest } from "./largest";
import type { BoundMask } from "./mask";
import { maskedMap } from "./maskedMap";
import { maskedTerms } from "./maskedTerms";
import { asTerms, type BoundStatistic } from "./statistic";

const devices = await openTestDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** `Σ |xᵢ − x₀|`, an exact sum of sealed differences. */
const moved: BoundStatistic = {
  statistic: {
    name: "test/moved",
    wgsl: `
fn statistic(at: vec4u, $inputs) -> vec4f {
  var total = vec4f();
  //#each o
  total += abs(seal(x$o - x0));
  //#end
  return total;
}`,
    uniforms: {},
    reference([base = new Float32Array(), ...others], out) {
      out.fill(0);
      for (const x of others) {
        for (let i = 0; i < out.length; i++) {
          out[i] = (out[i] ?? 0) + Math.abs(Math.fround((x[i] ?? 0) - (base[i] ?? 0)));
        }
      }
    },
  },
  uniforms: () => ({}),
};

/** The distance of input 1 from input 0, times a number of each row. */
const byRow = (table: FibreTable): BoundStatistic => ({ statistic: byRowOf, table, uniforms: () => ({}) });
const byRowOf: BoundStatistic["statistic"] = {
  name: "test/by row",
  wgsl: `
fn statistic(at: vec4u, $inputs) -> vec4f {
  return seal(of_fibre(fibre_of(at), 1u) * abs(seal(x1 - x0)));
}`,
  uniforms: {},
  fibres: true,
  reference([base = new Float32Array(), x = new Float32Array()], out, _, __, ofFibre) {
    for (let i = 0; i < out.length; i++) {
      out[i] = ofFibre(i, 1) * Math.abs(Math.fround((x[i] ?? 0) - (base[i] ?? 0)));
    }
  },
};

/** Input 1. */
const second: BoundMap = {
  map: {
    name: "test/second",
    wgsl: "fn map(at: vec4u, $inputs) -> vec4f { return x1; }",
    uniforms: {},
    reference([, x = new Float32Array()], out) {
      out.set(x);
    },
  },
  uniforms: () => ({}),
};

/** 1 for every element, and its value in input 1. */
const ones: BoundTerms = {
  terms: {
    name: "test/ones",
    terms: () => 2,
    wgsl: "fn terms(at: vec4u, $inputs) -> array<vec4f, T> { return array<vec4f, T>(vec4f(1.0), x1); }",
    uniforms: {},
    reference([, x = new Float32Array()], [one, value]) {
      one?.fill(1);
      value?.set(x);
    },
  },
  uniforms: () => ({}),
};

const DTYPES = ["BF16", "F32", "F16", "F8_E4M3"] as const satisfies readonly FloatDType[];
const inputsOf = (count: number): readonly TestInput[] =>
  DTYPES.map((dtype, k) => ({ dtype, bytes: stored(normals(k + 1, count), dtype) }));

/** A map within a mask over a whole tensor, cut into blocks. */
async function mapped(device: Device, inputs: readonly TestInput[], bound: BoundMap, elements: number): Promise<Bytes> {
  const blocks = testBlocks(device, inputs, elements);
  using counter = await NotFiniteCounter.open(device, inputs.length);
  const out = new Uint8Array(4 * blocks.count);
  for await (const block of blocks) {
    using dst = await applyMap(device, bound, block, blocks.dtypes, "F32", counter);
    out.set(await device.read(dst, 0, 4 * block.count), 4 * block.start);
  }
  return out;
}

/** The mask in host memory, from the statistics: sorted, of equals lower indices first. */
function oracle(statistics: Float32Array, k: number): ReadonlySet<number> {
  const order = Array.from(statistics, (_, i) => i);
  order.sort((i, j) => (statistics[j] ?? 0) - (statistics[i] ?? 0) || i - j);
  return new Set(order.slice(0, k));
}

function statisticsOf({ statistic }: BoundStatistic, inputs: readonly TestInput[], count: number) {
  const x = inputs.map(({ dtype, bytes }) => widen(bytes, dtype));
  const out = new Float32Array(count);
  statistic.reference(x, out, {}, 0, () => 0);
  return out;
}

describe.each(devices)("a mask over all inputs on $name", ({ device }) => {
  it.each([1, 7, 8, 1023, 1025, 5003])("keeps exactly k of %i elements, in maps and in sums", async (count) => {
    const inputs = inputsOf(count);
    const statistics = statisticsOf(moved, inputs, count);
    const [x0, x1] = inputs.map(({ dtype, bytes }) => widen(bytes, dtype));
    for (const k of [0, 1, Math.floor(count * 0.3), count]) {
      const kept = oracle(statistics, k);
      const blocks = testBlocks(device, inputs, LEAF);
      const mask = await largest(device, blocks, moved, k);
      const values = new Float32Array((await mapped(device, inputs, maskedMap(second, mask), LEAF)).buffer);
      const expected = Float32Array.from({ length: count }, (_, i) => (kept.has(i) ? x1 : x0)?.[i] ?? 0);
      expect(firstDifference(values, expected)).toBeUndefined();
      const [elements, total = 0] = await sum(device, blocks, maskedTerms(ones, mask));
      expect(elements).toBe(k);
      expect(total).toBeCloseTo(
        [...kept].reduce((sum, i) => sum + (x1?.[i] ?? 0), 0),
        4,
      );
    }
  });

  it("does not depend on the block size", async () => {
    const inputs = inputsOf(9 * LEAF + 5);
    const made: { mask: unknown; bytes: Bytes }[] = [];
    for (const elements of [LEAF, 3 * LEAF, 16 * LEAF]) {
      const mask = await largest(device, testBlocks(device, inputs, elements), moved, 4000);
      const bytes = await mapped(device, inputs, maskedMap(second, mask), elements);
      made.push({ mask: mask.uniforms({ start: 0, count: 9 * LEAF + 5 }), bytes });
    }
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
  });

  it("counts elements in which nothing differs as zero, subnormal differences too", async () => {
    const base = Float32Array.from({ length: 3000 }, (_, i) => i);
    const other = base.map((value, i) => (i % 3 === 0 ? value + 1 : i === 1 ? 1 : value));
    other[0] = 1e-40;
    const inputs = [base, other].map((values) => ({ dtype: "F32" as const, bytes: stored(values, "F32") }));
    expect(await countNonZero(device, testBlocks(device, inputs, LEAF), moved)).toBe(999);
  });

  it("is a term of its own: statistics are summed as others are", async () => {
    const inputs = inputsOf(5003);
    const [total] = await sum(device, testBlocks(device, inputs, LEAF), asTerms(moved));
    expect(total).toBeCloseTo(
      statisticsOf(moved, inputs, 5003).reduce((sum, value) => sum + value, 0),
      1,
    );
  });

  it("may have numbers of its own for each row", async () => {
    const shape = [37, 301];
    const count = 37 * 301;
    const inputs = inputsOf(count).slice(0, 2);
    const values = Float32Array.from({ length: 2 * 37 }, (_, i) => (i % 2 === 0 ? Number.NaN : (i * 7) % 11));
    const table = { fibres: rowsOf(shape), width: 2, values };
    const [x0, x1] = inputs.map(({ dtype, bytes }) => widen(bytes, dtype));
    const scores = Float32Array.from({ length: count }, (_, i) => {
      const factor = values[2 * Math.floor(i / 301) + 1] ?? 0;
      return factor * Math.abs(Math.fround((x1?.[i] ?? 0) - (x0?.[i] ?? 0)));
    });
    const kept = oracle(scores, 2500);
    for (const elements of [LEAF, 5 * LEAF, 16 * LEAF]) {
      const mask = await largest(device, testBlocks(device, inputs, elements), byRow(table), 2500);
      const made = new Float32Array((await mapped(device, inputs, maskedMap(second, mask), elements)).buffer);
      const expected = Float32Array.from({ length: count }, (_, i) => (kept.has(i) ? x1 : x0)?.[i] ?? 0);
      expect(firstDifference(made, expected)).toBeUndefined();
    }
  });

  it("leaves alone what it does not keep, NaN too", async () => {
    const base = Float32Array.of(Number.NaN, -0, 3, 4);
    const inputs = [base, Float32Array.of(1, 1, 3, 9)].map((values) => ({
      dtype: "F32" as const,
      bytes: stored(values, "F32"),
    }));
    const nothing: BoundMask = await largest(device, testBlocks(device, inputs, LEAF), moved, 0);
    const made = new Float32Array((await mapped(device, inputs, maskedMap(second, nothing), LEAF)).buffer);
    expect([...made]).toEqual([...base]);
  });
});

it("both devices keep the same elements, bit for bit", async () => {
  const inputs = inputsOf(20_011);
  const made = await Promise.all(
    devices.map(async ({ device }) => {
      const mask = await largest(device, testBlocks(device, inputs, 4 * LEAF), moved, 6007);
      const numbers = mask.uniforms({ start: 0, count: 20_011 });
      return { numbers, bytes: await mapped(device, inputs, maskedMap(second, mask), 4 * LEAF) };
    }),
  );
  expect(made[1]).toEqual(made[0]);
});

it("says which uniform a mask and its reader both have", async () => {
  const reader = { ...second, map: { ...second.map, uniforms: { mask_bits: "u32" } as const } };
  const mask = await largest(
    devices[1]?.device as Device,
    testBlocks(devices[1]?.device as Device, inputsOf(4), LEAF),
    moved,
    1,
  );
  expect(() => maskedMap(reader as BoundMap, mask)).toThrow('both call a uniform "mask_bits"');
});
