import { afterAll, describe, expect, it } from "vitest";
import type { Bytes } from "../../../base/bytes";
import { narrow, widen } from "../../../formats/convert";
import { DTYPE_BYTES, FLOAT_DTYPES, type FloatDType, OUTPUT_DTYPES, type OutputDType } from "../../../formats/dtypes";
import type { Device } from "../../device";
import {
  firstDifference,
  normals,
  openTestDevices,
  stored,
  type TestInput,
  testBlocks,
} from "../../devices/devices.testing";
import { applyMap } from "./applyMap";
import type { BoundMap, MapDefinition } from "./map";
import { type NotFinite, NotFiniteCounter } from "./notFinite";

const devices = await openTestDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** A whole tensor mapped in blocks of `elements`. */
async function mapAll(
  device: Device,
  bound: BoundMap,
  inputs: readonly TestInput[],
  output: OutputDType,
  elements = 1 << 20,
): Promise<{ bytes: Bytes; notFinite: NotFinite }> {
  const blocks = testBlocks(device, inputs, elements);
  const bytes = new Uint8Array(blocks.count * DTYPE_BYTES[output]);
  using counter = await NotFiniteCounter.open(device, inputs.length);
  for await (const block of blocks) {
    using made = await applyMap(device, bound, block, blocks.dtypes, output, counter);
    bytes.set(await device.read(made, 0, block.count * DTYPE_BYTES[output]), block.start * DTYPE_BYTES[output]);
  }
  return { bytes, notFinite: await counter.read() };
}

const cast: BoundMap = {
  map: {
    name: "test/cast",
    wgsl: "fn map(at: vec4u, $inputs) -> vec4u { return x0; }",
    uniforms: {},
    bits: true,
    reference: ([x = new Float32Array()], out) => out.set(x),
  },
  uniforms: () => ({}),
};

const weights = { weight: "f32[]" } as const;
/** Sum of weighted inputs, every product rounded on its own. */
const weightedSum: MapDefinition<typeof weights> = {
  name: "test/weightedSum",
  wgsl: `fn map(at: vec4u, $inputs) -> vec4f {
    var sum = vec4f();
    //#each k
    sum += seal(u.weight_$k * x$k);
    //#end
    return sum;
  }`,
  uniforms: weights,
  reference(x, out, { weight }) {
    for (const [k, values] of x.entries()) {
      const w = Math.fround(weight[k] ?? 0);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + Math.fround(w * (values[i] ?? 0));
    }
  },
};
const weighted = (...weight: number[]): BoundMap => ({ map: weightedSum, uniforms: () => ({ weight }) });

/** All codes of a stored type, once each. */
function allCodes(dtype: FloatDType): Bytes {
  if (DTYPE_BYTES[dtype] === 1) return Uint8Array.from({ length: 256 }, (_, code) => code);
  return new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, code) => code).buffer);
}

/** Every upper half of an f32 with lower halves around the midpoints of bf16, and every midpoint of f16 with its neighbours. */
function roundingCases(): Bytes {
  const lower = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff];
  const upper = Array.from({ length: 65_536 }, (_, high) => lower.map((low) => high * 65_536 + low)).flat();
  const half = widen(allCodes("F16"), "F16");
  const bits = new Uint32Array(1);
  const value = new Float32Array(bits.buffer);
  const between: number[] = [];
  for (let code = 0; code < 0x7c00; code++) {
    value[0] = ((half[code] ?? 0) + (code === 0x7bff ? 65_536 : (half[code + 1] ?? 0))) / 2;
    const middle = bits[0] ?? 0;
    between.push(middle - 1, middle, middle + 1, middle + 2 ** 31);
  }
  return new Uint8Array(Uint32Array.from([...upper, ...between]).buffer);
}

describe.each(devices)("maps on $name", ({ device }) => {
  it.each(FLOAT_DTYPES.filter((dtype) => dtype !== "F32"))("widens every %s", async (dtype) => {
    const bytes = allCodes(dtype);
    const { bytes: got } = await mapAll(device, cast, [{ dtype, bytes }], "F32");
    expect(firstDifference(new Uint32Array(got.buffer), new Uint32Array(widen(bytes, dtype).buffer))).toBeUndefined();
  });

  it.each(OUTPUT_DTYPES)("narrows to %s with round-to-nearest-even", async (output) => {
    const bytes = roundingCases();
    const { bytes: got } = await mapAll(device, cast, [{ dtype: "F32", bytes }], output);
    expect(firstDifference(got, narrow(new Float32Array(bytes.buffer), output))).toBeUndefined();
  });

  it("keeps every bf16 and f16 through a cast to itself", async () => {
    for (const dtype of ["BF16", "F16"] as const) {
      const bytes = allCodes(dtype);
      const { bytes: got } = await mapAll(device, cast, [{ dtype, bytes }], dtype);
      const nan = widen(bytes, dtype).map((value) => (Number.isNaN(value) ? 1 : 0));
      const same = new Uint16Array(got.buffer).map((code, i) => (code === i || nan[i] ? 0 : 1));
      expect(same.indexOf(1)).toBe(-1);
    }
  });

  it.each([1, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 70_000])("equals its reference for %i elements", async (count) => {
    const inputs = FLOAT_DTYPES.map((dtype, k): TestInput => ({ dtype, bytes: stored(normals(k + 1, count), dtype) }));
    const bound = weighted(0.3, -0.7, 1, 0.25, 2);
    for (const output of OUTPUT_DTYPES) {
      const { bytes, notFinite } = await mapAll(device, bound, inputs, output);
      const expected = new Float32Array(count);
      weightedSum.reference(
        inputs.map(({ bytes, dtype }) => widen(bytes, dtype)),
        expected,
        { weight: [0.3, -0.7, 1, 0.25, 2] },
        0,
        () => Number.NaN,
      );
      expect(firstDifference(bytes, narrow(expected, output))).toBeUndefined();
      expect(notFinite).toEqual({ inputs: [0, 0, 0, 0, 0], output: 0 });
    }
  });

  it("gives the same bytes whatever the block size", async () => {
    const inputs = [1, 2, 3].map(
      (seed): TestInput => ({ dtype: "BF16", bytes: narrow(normals(seed, 70_001), "BF16") }),
    );
    const [one, ...others] = await Promise.all(
      [1024, 2048, 65_536, 1 << 20].map((elements) =>
        mapAll(device, weighted(0.2, 0.3, 0.5), inputs, "BF16", elements),
      ),
    );
    for (const other of others) expect(firstDifference(other.bytes, one?.bytes ?? new Uint8Array())).toBeUndefined();
  });

  it("writes zeros after the last element", async () => {
    const blocks = testBlocks(device, [{ dtype: "F32", bytes: new Uint8Array(normals(1, 3).fill(1).buffer) }], 1024);
    using counter = await NotFiniteCounter.open(device, 1);
    for await (const block of blocks) {
      using made = await applyMap(device, weighted(1), block, blocks.dtypes, "BF16", counter);
      expect([...(await device.read(made, 0, 16))]).toEqual([
        0x80,
        0x3f,
        0x80,
        0x3f,
        0x80,
        0x3f,
        ...new Array(10).fill(0),
      ]);
    }
  });

  it.each(FLOAT_DTYPES)("counts NaN and infinity in the last element of %s", async (dtype) => {
    const count = 4097;
    const spoilt = stored(normals(1, count), dtype);
    spoilt.set(stored(new Float32Array([Number.NaN]), dtype), (count - 1) * DTYPE_BYTES[dtype]);
    const fine = stored(normals(2, count), dtype);
    const inputs = [
      { dtype, bytes: fine },
      { dtype, bytes: spoilt },
    ];
    const { bytes, notFinite } = await mapAll(device, weighted(1, 0.5), inputs, "F32", 1024);
    expect(notFinite).toEqual({ inputs: [0, 1], output: 1 });
    expect(new Float32Array(bytes.buffer).at(-2)).not.toBeNaN();
  });

  it("counts what overflows the output's dtype", async () => {
    const bytes = new Uint8Array(new Float32Array([65_519, 65_520, -1e6, Number.POSITIVE_INFINITY, 1]).buffer);
    const { bytes: got, notFinite } = await mapAll(device, cast, [{ dtype: "F32", bytes }], "F16");
    expect([...new Uint16Array(got.buffer)]).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00, 0x3c00]);
    expect(notFinite).toEqual({ inputs: [1], output: 3 });
  });

  it("does not fuse a sealed product into a sum", async () => {
    // 0.3·x rounds; fused, 0.3·x + (−0.3·x rounded) would be the residue of the first product instead of zero.
    const x = normals(5, 10_000);
    const inputs = [x, x.map((value) => -value)].map(
      (values): TestInput => ({ dtype: "F32", bytes: new Uint8Array(values.buffer) }),
    );
    const { bytes } = await mapAll(device, weighted(0.3, 0.3), inputs, "F32");
    expect(new Float32Array(bytes.buffer).every((value) => value === 0)).toBe(true);
  });
});
