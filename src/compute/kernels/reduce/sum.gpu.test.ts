import { afterAll, describe, expect, it } from "vitest";
import { widen } from "../../../formats/convert";
import type { FloatDType } from "../../../formats/dtypes";
import { normals, openTestDevices, stored, type TestInput, testBlocks } from "../../devices/devices.testing";
import { gram } from "./gram";
import { sum } from "./sum";
import type { BoundTerms } from "./terms";

const devices = await openTestDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

const inputsOf = (count: number, ...dtypes: FloatDType[]): TestInput[] =>
  dtypes.map((dtype, k) => ({ dtype, bytes: stored(normals(k + 1, count), dtype) }));

/** ⟨a, b⟩ in f64, and the sum of the terms' magnitudes, which a rounding error is measured against. */
function dot(a: Float32Array, b: Float32Array): { value: number; scale: number } {
  let value = 0;
  let scale = 0;
  for (let i = 0; i < a.length; i++) {
    const term = (a[i] ?? 0) * (b[i] ?? 0);
    value += term;
    scale += Math.abs(term);
  }
  return { value, scale };
}

function expectGram(got: readonly (readonly number[])[], x: readonly Float32Array[]): void {
  expect(got.length).toBe(x.length);
  for (const [i, a] of x.entries()) {
    for (const [j, b] of x.entries()) {
      const { value, scale } = dot(a, b);
      expect(Math.abs((got[i]?.[j] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-6 * scale);
    }
  }
}

/** Ones, and the element's index in the tensor: terms that a wrong tail, leaf or start would give away. */
const places: BoundTerms = {
  terms: {
    name: "test/places",
    terms: () => 2,
    wgsl: `fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
      return array<vec4f, T>(vec4f(1.0), vec4f(at + 4u * u.first4));
    }`,
    uniforms: {},
    reference(_, [ones, index], __, start) {
      ones?.fill(1);
      index?.forEach((_, i) => {
        index[i] = start + i;
      });
    },
  },
  uniforms: () => ({}),
};

describe.each(devices)("sums on $name", ({ device }) => {
  it.each([1, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 70_000])("agree with f64 for %i elements", async (count) => {
    const inputs = inputsOf(count, "BF16", "F16", "F32");
    expectGram(
      await gram(device, testBlocks(device, inputs, 8192)),
      inputs.map(({ bytes, dtype }) => widen(bytes, dtype)),
    );
  });

  it("count every element once", async () => {
    for (const count of [1, 1023, 1025, 3001]) {
      const [ones, indices] = await sum(device, testBlocks(device, inputsOf(count, "F8_E5M2"), 2048), places);
      expect(ones).toBe(count);
      expect(indices).toBe((count * (count - 1)) / 2);
    }
  });

  it("take differences to the first input before they multiply", async () => {
    const inputs = inputsOf(5000, "BF16", "F32", "F8_E4M3", "F16");
    const [base, a, b, c] = inputs.map(({ bytes, dtype }) => widen(bytes, dtype));
    const minusBase = [a, b, c].map(
      (values) => (values ?? []).map((value, i) => value - (base?.[i] ?? 0)) as Float32Array,
    );
    expectGram(await gram(device, testBlocks(device, inputs, 1024), { toBase: true }), minusBase);
  });

  it("take more pairs than one kernel can hold", async () => {
    const inputs = inputsOf(2000, ...new Array<FloatDType>(11).fill("BF16"));
    expectGram(
      await gram(device, testBlocks(device, inputs, 1024)),
      inputs.map(({ bytes, dtype }) => widen(bytes, dtype)),
    );
  });

  it("do not depend on the block size in a single bit", async () => {
    const inputs = inputsOf(70_001, "BF16", "BF16");
    const results = [];
    for (const elements of [1024, 3072, 65_536, 1 << 20])
      results.push(await gram(device, testBlocks(device, inputs, elements)));
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it("stop when they are cancelled", async () => {
    const stop = new AbortController();
    stop.abort();
    const cancelled = sum(device, testBlocks(device, inputsOf(5000, "F32"), 1024), places, stop.signal);
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
    expect(device.memory.lent).toBeLessThanOrEqual(64 * 1024);
  });
});
