import type { DType, OutputDType } from "../../formats/dtypes";
import type { ExpertLayout } from "../../model/sources/expertLayout";
import type { RowMap } from "../../model/sources/rowMap";
import type { TokenFileEdit } from "../../tokens/building/editedFiles";
import type { PlannedDonor } from "../donor/donor";
import type { ResolvedParameters } from "../facts";
import type { MixturePlan } from "../mixture/mixture";
import type { Problem } from "../problems/problem";

/** One model's tensor that goes into an output tensor. */
export interface PlannedInput {
  /** Key of the model: the reference as the recipe writes it (`org/name@rev`, a folder name). */
  readonly model: string;
  /** The name found in that model's files (an alias or a tied name, perhaps). */
  readonly tensor: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes that must be read for it; less than the whole tensor where it is cropped. */
  readonly bytes: number;
  readonly isBase: boolean;
  readonly parameters: ResolvedParameters;
  /** Digest of the plan's row map that it is made by, for a vocabulary that is not its model's; `dtype` and `shape` are then those of what is made. */
  readonly rows?: string;
}

/** One tensor of the output, with everything needed to make it. */
export interface PlannedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Bytes in the output file. */
  readonly bytes: number;
  /**
   * `merge`: the method runs over `inputs`. `copy`: the bytes (or, if the dtype differs, the values) of `inputs[0]` go out as
   * they are: integer tensors, tensors only one model has where the method says so. `stack`: the elements of all inputs, one input after
   * the other, each with noise of deviation `parameters.noise` and times `parameters.scale`. `make`: there are no inputs; see `made`.
   */
  readonly action: "merge" | "copy" | "stack" | "make";
  readonly made?: MadeTensor;
  /** In the method's order: recipe order, an unlisted base last. */
  readonly inputs: readonly PlannedInput[];
  readonly parameters: ResolvedParameters;
}

/** A tensor that no model has: zeros, or rows of a mixture's router, for its experts or for the one that every token goes through. */
export type MadeTensor =
  | { readonly kind: "zeros" }
  | { readonly kind: "router"; readonly layer: number; readonly rows: "experts" | "shared" };

/** A file of the output folder that is not weights. */
export type SideFile =
  | { readonly path: string; readonly kind: "text"; readonly text: string }
  | {
      readonly path: string;
      readonly kind: "copy";
      readonly model: string;
      readonly from: string;
      readonly size: number;
    }
  | {
      readonly path: string;
      /** A file of a model, with an edit made. */
      readonly kind: "edited";
      readonly model: string;
      /** Absent: an empty object. */
      readonly from?: string;
      /** Of the file before. */
      readonly size: number;
      readonly edit: TokenFileEdit;
    };

export interface PlanTotals {
  readonly tensors: number;
  /** Elements of the output. */
  readonly parameters: number;
  /** Bytes of input tensors the run reads. */
  readonly readBytes: number;
  /** Of those, bytes not yet on this machine. */
  readonly fetchBytes: number;
  readonly writeBytes: number;
  /** Device memory the largest tensor needs with the given budget. */
  readonly deviceBytes: number;
}

/** A model of a plan. */
export interface PlannedModel {
  readonly key: string;
  readonly isBase: boolean;
  /** Commit on the Hub, if it came from there. */
  readonly revision?: string;
  /** What it is made of, where an adapter is applied to a model. */
  readonly adapted?: Readonly<Record<"model" | "adapter", { readonly key: string; readonly revision?: string }>>;
  /** How its experts are read, where that is otherwise than they are stored. */
  readonly experts?: ExpertLayout;
}

/** A merge that feeds another and is not written. */
export interface PlannedStage {
  /** Of its result: the reference by which it is taken. */
  readonly key: string;
  readonly plan: MergePlan;
}

/**
 * What a merge will do, as plain data: it can be posted, stored and compared. Made from the recipe and the models'
 * headers; no weight is read.
 */
export interface MergePlan {
  readonly method: string;
  /** Models by key, in document order, the base first. */
  readonly models: readonly PlannedModel[];
  /** Keyed draws of random masks. */
  readonly seed: number;
  readonly outputDType: OutputDType | "as stored";
  readonly tensors: readonly PlannedTensor[];
  /** Output `config.json`, parsed. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `config.json`, `generation_config.json`, tokenizer files, `mergekit_config.yml`. The model card and the index are made at the end. */
  readonly sideFiles: readonly SideFile[];
  /** Recipes whose results this one takes, each after those that it takes itself; none has stages of its own. */
  readonly stages: readonly PlannedStage[];
  /** What the rows of inputs are made of that are brought to another vocabulary, by digest. */
  readonly rowMaps: Readonly<Record<string, RowMap>>;
  readonly totals: PlanTotals;
  /** Lends rows of its embedding and head to what the tensors above are; see `src/align`. */
  readonly donor?: PlannedDonor;
  /** The recipe text the plan was made from, byte for byte. */
  readonly recipe: string;
  /** What routers are made of, where the recipe has `experts`. */
  readonly mixture?: MixturePlan;
}

/** A plan, or no plan and the reasons. With an `error` among the problems there is no plan. */
export interface PlanReport {
  readonly plan?: MergePlan;
  readonly problems: readonly Problem[];
}
