import gramWgsl from "../../../../shaders/reduce/gram.wgsl?raw";
import differencesWgsl from "../../../../shaders/reduce/gramOfDifferences.wgsl?raw";
import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import type { Fibres } from "../common/fibres";
import type { Register, Tiles } from "../tiles/tiles";
import { fibreSums } from "./fibreSums";
import { sum } from "./sum";
import type { BoundTerms, TermsDefinition } from "./terms";

export interface GramOptions {
  /** Whether it is that of the differences to input 0, the base, which then has no row and no column. */
  readonly toBase?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The Gram matrix ⟨xᵢ, xⱼ⟩ of a tensor's N inputs, flattened; rows and columns in input order, symmetric. */
export async function gram(device: Device, blocks: Blocks, { toBase, signal }: GramOptions = {}): Promise<number[][]> {
  const triangle = await sum(device, blocks, bound(toBase), signal);
  return square(triangle, blocks.dtypes.length - (toBase ? 1 : 0));
}

/** The same for each fibre of the tensor. */
export async function fibreGrams(
  device: Device,
  blocks: Blocks,
  fibres: Fibres,
  { toBase, signal }: GramOptions = {},
): Promise<number[][][]> {
  const sums = await fibreSums(device, blocks, bound(toBase), fibres, signal);
  const size = blocks.dtypes.length - (toBase ? 1 : 0);
  return Array.from({ length: fibres.count }, (_, fibre) =>
    square(
      sums.map((term) => term[fibre] ?? 0),
      size,
    ),
  );
}

function bound(toBase: boolean | undefined): BoundTerms {
  return { terms: toBase ? differenceProducts : products, uniforms: () => ({}) };
}

/** A symmetric matrix of its upper triangle, row by row. */
function square(triangle: readonly number[], size: number): number[][] {
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
  tiles: takePairs,
};

const differenceProducts: TermsDefinition<Record<string, never>> = {
  name: "gram of differences",
  terms: (inputs) => triangleSize(inputs - 1),
  wgsl: differencesWgsl,
  uniforms: {},
  reference([base = new Float32Array(), ...others], out) {
    multiplyPairs(
      others.map((values) => difference(values, base)),
      out,
    );
  },
  tiles(tiles, [base, ...others], take) {
    if (base === undefined) return;
    takePairs(
      tiles,
      others.map((values) => tiles.difference(values, base)),
      take,
    );
  },
};

function difference(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) - (b[i] ?? 0);
  return out;
}

function takePairs(tiles: Tiles, x: readonly Register[], take: (term: number, register: Register) => void): void {
  let next = 0;
  for (const [k, a] of x.entries()) {
    for (const b of x.slice(k)) {
      const product = tiles.product(a, b);
      take(next++, product);
      tiles.release(product);
    }
  }
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
