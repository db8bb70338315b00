import type { Numbers, UniformType } from "../../compute/kernel";
import type { FibreTable, OfFibre, TableTiles } from "../../compute/kernels/common/fibreTable";
import type { MapDefinition } from "../../compute/kernels/map/map";
import type { Register, Tiles } from "../../compute/kernels/tiles/tiles";
import type { MethodFacts, ResolvedParameters } from "../../recipe/facts";
import { type ParameterTable, type Values, valuesOf } from "../facts/defineMethod";
import type { TensorTask, Tools } from "../types";

/** Complaints about the numbers of one input, as `MethodFacts.check` gives them. */
type Findings = ReturnType<NonNullable<MethodFacts["check"]>>;

/** What a sparsifier sees of a tensor. */
export type SparseTask = Pick<TensorTask, "name" | "count" | "shape" | "seed"> & {
  /** The base first. */
  readonly inputs: readonly { readonly model: string }[];
};

/** Decides which elements of a task vector stay, by parameters of its own: what a plan must know of it. */
export interface SparsifierDefinition<P extends ParameterTable> {
  /** Per model. */
  readonly parameters: P;
  /** Whether nothing is dropped with these numbers; then no rescale happens either. */
  keepsAll(values: Values<P>): boolean;
  /** What is wrong with these numbers for a tensor of so many elements. */
  check(values: Values<P>, elements: number): Findings;
  /** What it computes with, which comes when something is merged. */
  kernel(): Promise<SparsifierKernel<Values<P>>>;
}

/** How a sparsifier decides, on every device. */
export interface SparsifierKernel<V> {
  readonly name: string;
  /** Defines `fn sparse$k(delta: vec4f, at: vec4u) -> vec4f` for every input k. */
  readonly wgsl: string;
  readonly imports: NonNullable<MapDefinition["imports"]>;
  readonly uniforms: Readonly<Record<string, UniformType>>;
  /** Whether it decides by a table of fibres, as `MapDefinition` tells. */
  readonly fibres?: true;
  /**
   * The numbers by which each block decides, after the reductions they need.
   * @param values of every input; those of the base, input 0, count for nothing
   */
  choose(task: SparseTask, values: readonly V[], tools: Tools): Promise<Chosen>;
  /** What `sparse$k` does, in TypeScript: zeros the dropped elements of `delta`, whose first has index `start` in the tensor. */
  drop(delta: Float32Array, k: number, values: Numbers, start: number, ofFibre: OfFibre): void;
  /** The same as operations over tiles, bit for bit. */
  tiles?(tiles: Tiles, delta: Register, k: number, values: Numbers, start: number, table: TableTiles): void;
}

/** The same for those who do not know its parameters: they hand them on. */
export interface Sparsifier {
  readonly parameters: ParameterTable;
  keepsAll(values: ResolvedParameters): boolean;
  check(values: ResolvedParameters, elements: number): Findings;
  kernel(): Promise<Kernel>;
}

/** A kernel for those who do not know its parameters. */
type Kernel = SparsifierKernel<ResolvedParameters>;

/** What it decides by. */
export interface Chosen {
  /** For a sparsifier with `fibres`. */
  readonly table?: FibreTable;
  /** Values of its uniforms for a block. */
  numbers(block: { readonly start: number; readonly count: number }): Numbers;
}

export function defineSparsifier<const P extends ParameterTable>(definition: SparsifierDefinition<P>): Sparsifier {
  const { parameters, keepsAll, check, kernel } = definition;
  const typed = (values: ResolvedParameters) => valuesOf(parameters, values);
  const load = async (): Promise<Kernel> => {
    const { choose, ...how } = await kernel();
    return { ...how, choose: (task, values, tools) => choose(task, values.map(typed), tools) };
  };
  let loaded: Promise<Kernel> | undefined;
  return {
    parameters,
    keepsAll: (values) => keepsAll(typed(values)),
    check: (values, elements) => check(typed(values), elements),
    kernel() {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined; // without a network, the next to ask tries again
        throw error;
      });
      return loaded;
    },
  };
}
