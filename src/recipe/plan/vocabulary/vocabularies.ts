import type { Vocabulary } from "../../../tokens/vocabulary";

/** What the planner knows of a model's tokenizer: its vocabulary, or why it could not be read. */
export type KnownVocabulary =
  | { readonly vocabulary: Vocabulary; readonly reason?: never }
  | { readonly vocabulary?: never; readonly reason: string };

/** By model key. A model that has no tokenizer files is not among them. */
export type Vocabularies = ReadonlyMap<string, KnownVocabulary>;
