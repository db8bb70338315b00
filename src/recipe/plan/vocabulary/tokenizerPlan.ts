import type { JsonEdit } from "../../../model/jsonEdit";
import type { Weight } from "../../../model/layout/layout";
import type { ModelTensor } from "../../../model/model";
import type { RowMap } from "../../../model/sources/rowMap";
import type { OutputTokens } from "../../../tokens/building/outputTokens";
import type { NewIds } from "../../../tokens/building/specialIds";
import type { ModelReference } from "../../parse/recipe";

/** An input with a vocabulary axis. */
export interface RowInput {
  readonly source: { readonly model: ModelReference };
  readonly stored: ModelTensor;
}

/** An input as the output's vocabulary has it, where its rows are not its model's as they lie. */
export interface MadeRows {
  /** What it is made by, and how many bytes are read for that. */
  readonly map: { readonly digest: string; readonly bytes: number };
  /** What there is; `stored` is what is made of it. */
  readonly original: ModelTensor;
}

/** A vocabulary that embeddings and heads are brought to. */
export interface VocabularyRows {
  readonly output: OutputTokens;
  /** One for each id, and the padding. */
  readonly rows: number;
  /**
   * Inputs of a weight, each as a whole matrix of this vocabulary: its own rows where it has them, else those that stand in for them.
   * `undefined` with problems where that cannot be.
   */
  permuted<T extends RowInput>(
    weight: Weight,
    slice: { readonly base?: ModelReference },
    inputs: readonly T[],
    tensor: string,
  ): { readonly inputs: readonly (T & Partial<MadeRows>)[]; readonly maps: readonly RowMap[] } | undefined;
}

/** What a recipe asks of the output's tokenizer and chat template, worked out before a tensor is planned. */
export interface TokenizerPlan {
  readonly vocabulary?: VocabularyRows;
  /** The tokens, where files must say others than they do. */
  readonly output?: OutputTokens;
  /** The template, where it is another than the tokenizer's. */
  readonly template?: string;
  /** New ids of tokens that the donor's config and generation settings name, and what that makes of its config. */
  readonly ids: NewIds;
  readonly configEdits: readonly JsonEdit[];
}
