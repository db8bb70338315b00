import type { Model } from "../model/model";
import { type SharedTokens, sharedTokens } from "../tokens/shared/sharedTokens";
import { readSpellings, type Spellings } from "../tokens/shared/spellings";
import { alignFailure } from "./failures";

/** A model by what its vocabulary needs. */
export type Named = Pick<Model, "key" | "folder">;

/**
 * Tokens that base and donor share, in the order of the base's id.
 * @param most keeps the first so many; 0 keeps all
 * @throws {AwaseError} `align/no-tokenizer`, `align/no-overlap`, and what reading a tokenizer throws
 */
export async function sharedVocabulary(
  base: Named,
  donor: Named,
  most: number,
  signal?: AbortSignal,
): Promise<SharedTokens> {
  const [own, others] = [await spellings(base, "base", signal), await spellings(donor, "donor", signal)];
  const shared = sharedTokens(own, others, most > 0 ? most : undefined);
  if (shared.base.length > 0) return shared;
  const counts = { baseTokens: own.tokens, donorTokens: others.tokens };
  throw alignFailure("align/no-overlap", { base: base.key, donor: donor.key, ...counts });
}

async function spellings(model: Named, role: "base" | "donor", signal: AbortSignal | undefined): Promise<Spellings> {
  const found = await readSpellings(model.folder, signal);
  if (found) return found;
  throw alignFailure("align/no-tokenizer", { model: model.key, role });
}
