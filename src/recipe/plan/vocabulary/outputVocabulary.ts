import type { CountedVocabulary, OutputTokens } from "../../../tokens/building/outputTokens";
import { idsOf } from "../../../tokens/vocabulary";
import type { ModelReference, TokenRequest } from "../../parse/recipe";
import { shownToken } from "../checks/shownToken";

/** The vocabulary that a recipe asks for. */
export interface OutputVocabulary {
  readonly output: OutputTokens;
  /** Whose files the tokenizer is made of. */
  readonly owner: ModelReference;
  /** Rows of embedding and head: one for each id, and the padding. */
  readonly rows: number;
  /** Tokens with a source of their own. */
  readonly requested: ReadonlyMap<string, TokenRequest>;
  /** A model's own vocabulary; of one that has none that can be read, the base's. */
  of(model: string): CountedVocabulary;
}

/** A token as a sentence shows it: its text, or its id. */
export function shownWanted(wanted: string | number): string {
  return typeof wanted === "number" ? String(wanted) : shownToken(wanted);
}

/** The row that a model has for a token, by its text or (taken as it is) its id. */
export function placeOf(wanted: string | number, { vocabulary, limit }: CountedVocabulary): number | undefined {
  if (typeof wanted === "number") return wanted >= 0 ? wanted : undefined;
  const id = idsOf(vocabulary).get(wanted);
  return id !== undefined && id < limit ? id : undefined;
}
