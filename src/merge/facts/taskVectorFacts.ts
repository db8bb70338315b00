import type { MethodFacts } from "../../recipe/facts";
import type { Sparsifier } from "../sparsify/sparsifier";
import type { ParameterTable } from "./defineMethod";
import type { flag, LAMBDA, WEIGHT } from "./parameters";

type Flag = ReturnType<typeof flag<boolean>>;

/** Parameters that all of the family have. */
export type TaskVectorParameters = Readonly<Record<"normalize" | "rescale" | "int8_mask", Flag>> & {
  readonly lambda: typeof LAMBDA;
};
/** What each model has, beside what the sparsifier asks for. */
export interface WeightParameter extends ParameterTable {
  readonly weight: typeof WEIGHT;
}

export interface TaskVectorFacts extends Required<Pick<MethodFacts, "id" | "label" | "paper">> {
  readonly sparsifier: Sparsifier;
  /** Whether each element listens only to models that agree with the sign of the weighted sum. */
  readonly consensus: boolean;
  /** Defaults of the two switches. */
  readonly normalize: boolean;
  readonly rescale: boolean;
}
