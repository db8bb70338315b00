import type { UniformType, UniformValues } from "../../kernel";
import type { FibreTable, OfFibre, TableTiles } from "../common/fibreTable";
import type { CommonShader } from "../link/link";
import type { Register, Tiles } from "../tiles/tiles";

/**
 * An elementwise kernel over N packed inputs, for any N and any mix of dtypes: widen, `map`, narrow.
 *
 * `wgsl` holds `fn map(at: vec4u, $inputs) -> vec4f` for four neighbouring elements. The linker makes one module of it for a
 * given N: `$inputs` becomes `x0: vec4f, x1: vec4f, …` (input k widened to f32), and lines between `//#each k` and `//#end`
 * are repeated for k = 0 … N−1 with `$k` replaced, so that no array is indexed at run time. `at` is the elements' index
 * within the block. In scope: `const N: u32`; the uniforms below as `u.name`, lists as `u.name_0 …` (`u.name_$k`);
 * `u.first4`, the index in the tensor of the block's first element divided by 4; and `seal(v)`, which keeps a
 * compiler from fusing or reordering across it (for products that must round on their own).
 * `imports` names files of `shaders/common` to stand before it. With `bits` the map takes and gives the f32 bit patterns
 * (`vec4u` for `vec4f`), so that no float rule (flushed subnormals, rewritten NaN) can touch a value that is only passed on.
 */
export interface MapDefinition<L extends Record<string, UniformType> = Record<string, UniformType>> {
  readonly name: string;
  readonly wgsl: string;
  readonly imports?: readonly CommonShader[];
  readonly uniforms: L;
  readonly bits?: true;
  /**
   * Whether it has numbers of its own for each fibre. In scope then: `fibre_of(at)`, and `of_fibre(fibre, column)`, the number in a
   * column of the table for each of four fibres.
   */
  readonly fibres?: true;
  /**
   * The same in TypeScript. `x[k]` holds the f32 elements of input k, `start` is the index in the tensor of the first;
   * writes `out`, of equal length. Every intermediate is rounded with Math.fround where WGSL rounds.
   */
  reference(
    x: readonly Float32Array[],
    out: Float32Array,
    values: UniformValues<L>,
    start: number,
    ofFibre: OfFibre,
  ): void;
  /** The same as a program of tiles, bit for bit: which register has the result. It may write over those of the inputs. */
  tiles?(tiles: Tiles, x: readonly Register[], values: UniformValues<L>, start: number, table: TableTiles): Register;
}

/** A map with its numbers. Uniforms may depend on the block (a cut index local to it). */
export interface BoundMap<L extends Record<string, UniformType> = Record<string, UniformType>> {
  readonly map: MapDefinition<L>;
  /** For a map with `fibres`. */
  readonly table?: FibreTable;
  uniforms(block: { readonly start: number; readonly count: number }): UniformValues<L>;
}
