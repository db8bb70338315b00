import { smallest } from "../../base/lists";
import type { LanguageModel } from "../../lm/types";
import type { Tokenizer } from "../../tokens/tokenizer";

/** A model with what is needed to measure it. */
export interface Subject {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Ids that end an answer besides `eos_token_id`: the end token of the chat template. */
  readonly ends?: readonly number[];
  /** Longest text the model was made for, in tokens, where that is known (`max_position_embeddings`). */
  readonly context?: number;
}

/** A model whose values can be kept. */
export interface Measured extends Subject {
  /** Hash of the model's content: what its values are cached under. */
  readonly key: string;
}

/** Every id that may end an answer, without repetition. */
export function endsOf({ model, ends = [] }: Pick<Subject, "model" | "ends">): readonly number[] {
  return [...new Set([...model.facts.eos, ...ends])];
}

/** Logits that belong to a token, in all of the models: a head may have more rows than its tokenizer has tokens. */
export function realVocabulary(tokenizer: Tokenizer, ...models: readonly LanguageModel[]): number {
  return smallest(
    models.map(({ facts }) => facts.vocabulary),
    tokenizer.vocabularySize,
  );
}
