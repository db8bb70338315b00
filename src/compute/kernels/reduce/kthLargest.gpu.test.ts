import { afterAll, describe, expect, it } from "vitest";
import { narrow, widen } from "../../../formats/convert";
import { normals, openTestDevices, type TestInput, testBlocks } from "../../devices/devices.testing";
import { openWebGpuDevice } from "../../devices/webgpu";
import { cutWithin, keyBits } from "../common/keys";
import { kthLargest } from "./kthLargest";
import type { BoundTerms } from "./terms";

const devices = await openTestDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** |x_k − x_0| of every input but the first. */
const distances: BoundTerms = {
  terms: {
    name: "test/distances",
    terms: (inputs) => inputs - 1,
    wgsl: `fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
      return array<vec4f, T>(
        //#each o
        abs(x$o - x0),
        //#end
      );
    }`,
    uniforms: {},
    reference([base, ...others], out) {
      for (const [k, values] of others.entries()) {
        out[k]?.set(values.map((value, i) => Math.abs(value - (base?.[i] ?? 0))));
      }
    },
  },
  uniforms: () => ({}),
};

/** Keys as the device sees them, and the threshold and cut that a full sort finds. */
function expected(keys: Uint32Array, k: number): { bits: number; cut: number } {
  const order = [...keys.keys()].sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0) || a - b);
  const bits = keys[order[k - 1] ?? 0] ?? 0;
  const cut = order.slice(k).find((index) => keys[index] === bits);
  return { bits, cut: cut ?? keys.length };
}

const keysOf = (base: Float32Array, values: Float32Array) =>
  keyBits(values.map((value, i) => Math.abs(value - (base[i] ?? 0))));

/** bf16 inputs near each other: few distinct differences, so that thousands tie. */
function closeInputs(count: number, models: number): TestInput[] {
  const base = normals(1, count);
  return Array.from({ length: models }, (_, k) => {
    const noise = normals(k + 7, count);
    const values = base.map((value, i) => value + (k === 0 ? 0 : 0.01 * Math.round(2 * (noise[i] ?? 0))));
    return { dtype: "BF16", bytes: narrow(values, "BF16") };
  });
}

describe.each(devices)("k-th largest on $name", ({ device }) => {
  it.each([1, 2, 8, 100, 4095, 4096, 4999, 5000])("is exact among ties for k = %i of 5000", async (k) => {
    const inputs = closeInputs(5000, 2);
    const [base, values] = inputs.map(({ bytes, dtype }) => widen(bytes, dtype));
    if (!base || !values) throw new Error("Two inputs were made.");
    const [got] = await kthLargest(device, testBlocks(device, inputs, 2048), distances, [k]);
    const wanted = expected(keysOf(base, values), k);
    if (k === 5000) expect(keptBy(got, keysOf(base, values))).toBe(5000);
    else expect(got).toEqual(wanted);
  });

  it("finds a threshold per term, any number of terms", async () => {
    const inputs = closeInputs(3000, 6); // more terms than workgroup memory holds histograms
    const [base = new Float32Array(), ...others] = inputs.map(({ bytes, dtype }) => widen(bytes, dtype));
    const k = [10, 1500, 2999, 0, 3000];
    const got = await kthLargest(device, testBlocks(device, inputs, 1024), distances, k);
    for (const [t, values] of others.entries()) {
      expect(keptBy(got[t], keysOf(base, values))).toBe(k[t]);
      if (t < 3) expect(got[t]).toEqual(expected(keysOf(base, values), k[t] ?? 0));
    }
  });

  it("finds where equals are cut when every element is equal", async () => {
    const count = 70_003;
    const inputs: TestInput[] = [0, 1].map((value) => ({
      dtype: "F32",
      bytes: new Uint8Array(new Float32Array(count).fill(value).buffer),
    }));
    for (const k of [1, 1023, 1024, 1025, 70_002]) {
      const [got] = await kthLargest(device, testBlocks(device, inputs, 8192), distances, [k]);
      expect(got).toEqual({ bits: 0x3f80_0000, cut: k });
    }
  });

  it("tells apart all 31 bits of a magnitude", async () => {
    const values = new Float32Array(
      new Uint32Array([0x0080_0000, 0x0080_0001, 0x3f80_0000, 0x3f80_0001, 0x7f7f_ffff]).buffer,
    );
    const inputs: TestInput[] = [new Float32Array(5), values].map((x) => ({
      dtype: "F32",
      bytes: new Uint8Array(x.slice().buffer),
    }));
    for (const k of [1, 2, 3, 4]) {
      const [got] = await kthLargest(device, testBlocks(device, inputs, 1024), distances, [k]);
      expect(got).toEqual(expected(keyBits(values), k));
    }
  });

  it("does not depend on the block size", async () => {
    const inputs = closeInputs(20_000, 3);
    const results = [];
    for (const elements of [1024, 5120, 1 << 20]) {
      results.push(await kthLargest(device, testBlocks(device, inputs, elements), distances, [7000, 13_000]));
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });
});

it("counts in workgroup memory on GPUs, two terms at a time", async () => {
  const device = await openWebGpuDevice({ gpu: navigator.gpu, traits: { cheapBarriers: true } });
  const inputs = closeInputs(3000, 4);
  const [base = new Float32Array(), ...others] = inputs.map(({ bytes, dtype }) => widen(bytes, dtype));
  const k = [17, 1500, 2990];
  const got = await kthLargest(device, testBlocks(device, inputs, 2048), distances, k);
  expect(got).toEqual(others.map((values, t) => expected(keysOf(base, values), k[t] ?? 0)));
  device.close();
});

it("moves a cut into a block", () => {
  const block = { start: 2048, count: 1024 };
  expect([0, 2048, 2050, 3072, 9000].map((cut) => cutWithin(cut, block))).toEqual([0, 0, 2, 1024, 1024]);
});

function keptBy(found: { bits: number; cut: number } | undefined, keys: Uint32Array): number {
  if (!found) throw new Error("No result for this term.");
  return keys.filter((key, i) => key > found.bits || (key === found.bits && i < found.cut)).length;
}
