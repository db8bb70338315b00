import type { Said } from "../base/sentences";

/** One parameter of a merge method. Booleans and whole numbers arrive as numbers from YAML and are re-read as their type. */
export interface ParameterFacts {
  readonly kind: "number" | "boolean" | "integer";
  /** Absent: the parameter is required. `null`: optional without a value (`scale` of passthrough). */
  readonly default?: number | boolean | null;
  /** The range a slider offers; values outside are legal unless the method's check says no. */
  readonly range?: readonly [number, number];
  readonly step?: number;
}

/**
 * What the planner, the form and the completion know about a merge method, without its arithmetic.
 * Source: reference/merge-methods.md 1.2.
 */
export interface MethodFacts {
  readonly id: string;
  /** As people write it: SLERP, DARE TIES. */
  readonly label: string;
  readonly paper?: { readonly title: string; readonly url: string };
  readonly base: "none" | "optional" | "required";
  /** Allowed number of inputs of one tensor, the base counted. */
  readonly inputs: { readonly min: number; readonly max: number };
  /** Of those, how many beside the base. */
  readonly others: { readonly min: number; readonly max: number };
  /**
   * What becomes of a tensor that too few inputs have. `copy`: one alone goes out unchanged, whoever owns it. `base`: so does the base
   * alone. `drop`: the same, and with others too few for the method an optional tensor is left out. `error`: nothing of it.
   */
  readonly whenShort: "copy" | "base" | "drop" | "error";
  /** Read from slice, module and top level only. */
  readonly globals: Readonly<Record<string, ParameterFacts>>;
  /** Also read from the source or the `models` item. */
  readonly perModel: Readonly<Record<string, ParameterFacts>>;
  /** What `is_embed` tensors of unlike size do: crop all to the smallest, crop to the base's size, or fail. */
  readonly unlikeEmbeddings: "crop-to-smallest" | "crop-to-base" | "error";
  /** Whether an input of another shape (not an embedding) is left out for this tensor, as task-vector methods do. */
  readonly skipsUnlikeShapes: boolean;
  /** How a tensor goes only part of the way from the base's values to the merged ones. Absent: no parameters can do that. */
  readonly strength?: StrengthFacts;
  /** Of each input, whether the output depends on it: a weight of 0 takes a model out. Absent: on all of them. */
  heeds?(tensor: TensorParameters): readonly boolean[];
  /** Mistakes in resolved numbers (density 0, t outside …), one sentence each. */
  check?(tensor: {
    readonly elements: number;
    readonly globals: ResolvedParameters;
    readonly perModel: readonly ResolvedParameters[];
  }): readonly MethodFinding[];
}

/** What a method has to say of the numbers of one tensor. */
export interface MethodFinding extends Said {
  readonly severity: "error" | "warning";
  /** That it is about. */
  readonly parameter: string;
}

/** Parameters of one tensor. */
export interface TensorParameters {
  readonly globals: ResolvedParameters;
  /** In the method's order. */
  readonly inputs: readonly { readonly isBase: boolean; readonly parameters: ResolvedParameters }[];
}

/** Which parameters make a merge weaker. */
export interface StrengthFacts {
  /** For methods without a base of their own: the parameters with which it can be listed and change nothing. */
  readonly joining?: ResolvedParameters;
  /**
   * The parameters that give `strength` of the way from the base to what the tensor is now: 0 the base's own values, 1 no change.
   * `undefined` when the base is not among the inputs and would have to be.
   */
  weaken(tensor: TensorParameters, strength: number): TensorParameters | undefined;
}

export type ResolvedParameters = Readonly<Record<string, number | boolean | null>>;
