import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { narrow, widen } from "../src/formats/convert";
import { isFloatDType, type OutputDType } from "../src/formats/dtypes";
import { readSafetensors } from "../src/formats/safetensors";
import { memorySource } from "../src/io/memory";

/** A safetensors file with its values in f32. */
export interface Weights {
  readonly [tensor: string]: {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  };
}

export async function readWeights(bytes: Uint8Array): Promise<Weights> {
  const source = memorySource("model.safetensors", new Uint8Array(bytes));
  const { tensors } = await readSafetensors(source);
  const entries = tensors.map(async ({ name, dtype, shape, start, end }) => {
    if (!isFloatDType(dtype)) throw new Error(`${name} is ${dtype}`);
    return [name, { dtype, shape, values: widen(await source.read(start, end), dtype) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

export function readWeightsFile(path: string): Promise<Weights> {
  return readWeights(readFileSync(path));
}

/** Names, dtypes and shapes equal; values within the tolerance of merges checked against mergekit. */
export function expectSameWeights(found: Weights, expected: Weights): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { dtype, shape, values }] of Object.entries(expected)) {
    const other = found[name];
    expect({ name, dtype: other?.dtype, shape: other?.shape }).toEqual({ name, dtype, shape });
    const worst = values.reduce(
      (most, value, i) => Math.max(most, Math.abs((other?.values[i] ?? 0) - value) - tolerance(dtype, value)),
      Number.NEGATIVE_INFINITY,
    );
    expect(worst, `${name}: furthest beyond the tolerance`).toBeLessThanOrEqual(0);
  }
}

function tolerance(dtype: string, value: number): number {
  return dtype === "F32" ? 2e-6 + 4e-6 * Math.abs(value) : 2 ** -7 * Math.abs(value); // one unit in the last place of bf16
}

/** `base + Σ weight·(model − base)`, element by element, rounded once. */
export function taskArithmetic(
  base: Weights,
  models: readonly (readonly [number, Weights])[],
  dtype: OutputDType,
): Weights {
  return Object.fromEntries(
    Object.entries(base).map(([name, { shape, values }]) => {
      const sum = values.map((b, i) =>
        models.reduce((total, [weight, model]) => total + weight * ((model[name]?.values[i] ?? 0) - b), b),
      );
      return [name, { dtype, shape, values: widen(narrow(sum, dtype), dtype) }];
    }),
  );
}
