import gramWgsl from "../../shaders/reduce/gram.wgsl?raw";
import differencesWgsl from "../../shaders/reduce/gramOfDifferences.wgsl?raw";
import type { Blocks } from "./blocks";
import type { Device } from "./device";
import { sum } from "./sum";
import type { TermsDefinition } from "./terms";

/**
 * The Gram matrix ⟨xᵢ, xⱼ⟩ of a tensor's N inputs, flattened; rows and columns in input order, symmetric.
 * With `relativeTo: b` that of the differences xᵢ − x_b, without row and column b.
 */
export async function gram(
  device: Device,
  blocks: Blocks,
  options: { readonly relativeTo?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<number[][]> {
  const { relativeTo, signal } = options;
  const size = blocks.dtypes.length - (relativeTo === undefined ? 0 : 1);
  const terms = relativeTo === undefined ? products : differenceProducts(relativeTo);
  const triangle = await sum(device, blocks, { terms, uniforms: () => ({}) }, signal);
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  let next = 0;
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) setBoth(matrix, i, j, triangle[next++] ?? 0);
  }
  return matrix;
}

function setBoth(matrix: readonly number[][], i: number, j: number, value: number): void {
  for (const [row, column] of [
    [i, j],
    [j, i],
  ] as const) {
    const cells = matrix[row];
    if (cells) cells[column] = value;
  }
}

const triangleSize = (n: number): number => (n * (n + 1)) / 2;

const products: TermsDefinition<Record<string, never>> = {
  name: "gram",
  terms: triangleSize,
  wgsl: gramWgsl,
  uniforms: {},
  reference: (x, out) => multiplyPairs(x, out),
};

const byBase = new Map<number, TermsDefinition<Record<string, never>>>();

function differenceProducts(base: number): TermsDefinition<Record<string, never>> {
  const known = byBase.get(base);
  if (known) return known;
  const definition: TermsDefinition<Record<string, never>> = {
    name: `gram of differences with ${base}`,
    terms: (inputs) => triangleSize(inputs - 1),
    wgsl: differencesWgsl.replaceAll("BASE", String(base)),
    uniforms: {},
    reference(x, out) {
      const from = x[base] ?? new Float32Array();
      const differences = x.filter((_, k) => k !== base).map((values) => difference(values, from));
      multiplyPairs(differences, out);
    },
  };
  byBase.set(base, definition);
  return definition;
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) - (b[i] ?? 0);
  return out;
}

function multiplyPairs(x: readonly Float32Array[], out: readonly Float32Array[]): void {
  let next = 0;
  for (const [k, a] of x.entries()) {
    for (const b of x.slice(k)) {
      const product = out[next++];
      if (product) for (let i = 0; i < a.length; i++) product[i] = (a[i] ?? 0) * (b[i] ?? 0);
    }
  }
}
