import type { Numbers, UniformType } from "../../compute/kernel";
import type { MapDefinition } from "../../compute/map";
import type { MethodFacts } from "../../recipe/facts";
import type { TensorTask, Tools } from "../types";

/** Complaints about one density, as `MethodFacts.check` gives them. */
export type DensityProblems = ReturnType<NonNullable<MethodFacts["check"]>>;

/**
 * Decides which elements of a task vector stay. `density` is the share that does; 1 and above means all of them,
 * and then no rescale happens either.
 */
export interface Sparsifier {
  readonly name: string;
  /** Defines `fn sparse$k(delta: vec4f, at: vec4u) -> vec4f` for every input k. */
  readonly wgsl: string;
  readonly imports: NonNullable<MapDefinition["imports"]>;
  readonly uniforms: Readonly<Record<string, UniformType>>;
  /**
   * The numbers by which each block decides, after the reductions they need. `densities` has one for every input; that of
   * the base counts for nothing.
   */
  choose(task: TensorTask, base: number, densities: readonly number[], tools: Tools): Promise<Chosen>;
  /** What `sparse$k` does, in TypeScript: zeros the dropped elements of `delta`, whose first has index `start` in the tensor. */
  drop(delta: Float32Array, k: number, values: Numbers, start: number): void;
  /** What is wrong with a density for a tensor of so many elements. */
  check(density: number, elements: number): DensityProblems;
}

export type Chosen = (block: { readonly start: number; readonly count: number }) => Numbers;
