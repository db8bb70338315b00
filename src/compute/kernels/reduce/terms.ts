import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import type { UniformType, UniformValues } from "../../kernel";
import type { FibreTable, OfFibre, TableTiles } from "../common/fibreTable";
import type { CommonShader } from "../link/link";
import type { Register, Tiles } from "../tiles/tiles";

/**
 * Elementwise terms to be reduced: T numbers per element, made from N packed inputs.
 * `wgsl` holds `fn terms(at: vec4u, $inputs) -> array<vec4f, T>`, linked as in `MapDefinition`, with `const T: u32` in scope.
 * Sums use it for products and magnitudes; the k-th largest uses it for keys, which must not be negative.
 */
export interface TermsDefinition<L extends Record<string, UniformType> = Record<string, UniformType>> {
  readonly name: string;
  /** T for N inputs. */
  terms(inputs: number): number;
  readonly wgsl: string;
  readonly imports?: readonly CommonShader[];
  readonly uniforms: L;
  /** Whether it has numbers of its own for each fibre, as `MapDefinition` tells. */
  readonly fibres?: true;
  /** `out[t]` receives term t of every element. */
  reference(
    x: readonly Float32Array[],
    out: readonly Float32Array[],
    values: UniformValues<L>,
    start: number,
    ofFibre: OfFibre,
  ): void;
  /**
   * The same as a program of tiles, bit for bit. `take` is called with every term as soon as its register has it, in any order, and
   * may write behind its last element.
   */
  tiles?(
    tiles: Tiles,
    x: readonly Register[],
    take: (term: number, register: Register) => void,
    values: UniformValues<L>,
    start: number,
    table: TableTiles,
  ): void;
}

/** Terms with their numbers. */
export interface BoundTerms<L extends Record<string, UniformType> = Record<string, UniformType>> {
  readonly terms: TermsDefinition<L>;
  /** For terms with `fibres`. */
  readonly table?: FibreTable;
  uniforms(block: { readonly start: number; readonly count: number }): UniformValues<L>;
}

/** `sum.ts`: T sums over the whole tensor: leaves of LEAF elements on the device, added in f64 in index order. */
export type Sum = (device: Device, blocks: Blocks, terms: BoundTerms, signal?: AbortSignal) => Promise<number[]>;

/**
 * `kthLargest.ts`: for each term t the k[t]-th largest value over the whole tensor, exact: its f32 bit pattern, and the
 * index of the first element equal to it that does *not* belong to the k largest (lowest index first among equals).
 * Several k per term stand one after the other: all of term 0, then all of term 1 …
 * An element belongs iff `key > bits || (key == bits && index < cut)`. k = 0 keeps nothing; k ≥ n keeps all.
 */
export type KthLargest = (
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  k: readonly number[],
  signal?: AbortSignal,
) => Promise<readonly { readonly bits: number; readonly cut: number }[]>;
