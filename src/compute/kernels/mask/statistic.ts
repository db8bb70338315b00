import wgsl from "../../../../shaders/mask/statisticTerm.wgsl?raw";
import { memo } from "../../../base/memo";
import type { UniformType, UniformValues } from "../../kernel";
import type { FibreTable, OfFibre, TableTiles } from "../common/fibreTable";
import type { CommonShader } from "../link/link";
import type { BoundTerms, TermsDefinition } from "../reduce/terms";
import type { Register, Tiles } from "../tiles/tiles";

type Uniforms = Record<string, UniformType>;

/**
 * One number for each element, made of all inputs: how far they are apart there, how many of them move it.
 * `wgsl` holds `fn statistic(at: vec4u, $inputs) -> vec4f`, linked as in `MapDefinition`. It stands beside other bodies: functions and
 * uniforms of its own need names that those do not have. For two devices to choose the same elements it may add, subtract and multiply
 * (through `seal`), compare and select; quotients, roots and exponentials differ in their last digits.
 */
export interface StatisticDefinition<L extends Uniforms = Uniforms> {
  readonly name: string;
  readonly wgsl: string;
  readonly imports?: readonly CommonShader[];
  readonly uniforms: L;
  /** Whether it has numbers of its own for each fibre, as `MapDefinition` tells. */
  readonly fibres?: true;
  /** The same in TypeScript, into `out`. */
  reference(
    x: readonly Float32Array[],
    out: Float32Array,
    values: UniformValues<L>,
    start: number,
    ofFibre: OfFibre,
  ): void;
  /** The same as a program of tiles: which register has it. It leaves those of the inputs alone. */
  tiles?(tiles: Tiles, x: readonly Register[], values: UniformValues<L>, start: number, table: TableTiles): Register;
}

/** A statistic with its numbers. */
export interface BoundStatistic<L extends Uniforms = Uniforms> {
  readonly statistic: StatisticDefinition<L>;
  /** For one with `fibres`. */
  readonly table?: FibreTable;
  uniforms(block: { readonly start: number; readonly count: number }): UniformValues<L>;
}

/** A statistic as a term, for sums and for the k-th largest (which takes none that is negative). */
export function asTerms({ statistic, ...numbers }: BoundStatistic): BoundTerms {
  return { ...numbers, terms: termOf(statistic) };
}

const termOf = memo(({ tiles: made, ...statistic }: StatisticDefinition): TermsDefinition => {
  return {
    ...statistic,
    terms: () => 1,
    wgsl: `${statistic.wgsl}\n${wgsl}`,
    reference(x, [out = new Float32Array()], values, start, ofFibre) {
      statistic.reference(x, out, values, start, ofFibre);
    },
    ...(made && { tiles: (tiles, x, take, ...rest) => take(0, made(tiles, x, ...rest)) }),
  };
});
