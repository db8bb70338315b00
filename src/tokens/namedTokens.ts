import { inWords } from "../base/inWords";
import { own } from "../base/own";
import { isObject, type UnknownObject } from "../formats/json";

/** Fields of `tokenizer_config.json` that name one special token. */
export const TOKEN_NAMES = [
  "bos_token",
  "eos_token",
  "unk_token",
  "pad_token",
  "sep_token",
  "cls_token",
  "mask_token",
] as const;
/** Fields that list further ones; the second is the newer spelling. */
const LISTS = ["additional_special_tokens", "extra_special_tokens"] as const;

export type TokenName = (typeof TOKEN_NAMES)[number];

/** The text of the special token a setting names: a string, or an object with `content`. */
export function namedToken(config: UnknownObject, name: TokenName): string | undefined {
  return contentOf(config[name]);
}

/** Texts of all special tokens that the settings name, without repetition. */
function namedTokens(config: UnknownObject): readonly string[] {
  const listed = LISTS.flatMap((list) => {
    const value = config[list];
    return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  });
  const contents = [...TOKEN_NAMES.map((name) => config[name]), ...listed].map(contentOf);
  return [...new Set(contents.filter((content) => content !== undefined))];
}

/**
 * The definition in `tokenizer.json` with what `tokenizer_config.json` says about tokens put into it, as transformers does
 * on loading: tokens listed only there are added under the ids given there, and a token with a name (`eos_token`, …) is a
 * special one, also where the definition has it among the ordinary ones. Names without an id in the vocabulary are left
 * alone: a new id would lie outside of the model's rows.
 */
export function withNamedTokens(definition: UnknownObject, config: UnknownObject): UnknownObject {
  const added = new Map<string, UnknownObject>();
  for (const token of entries(definition.added_tokens)) added.set(inWords(token.content), token);
  const model = isObject(definition.model) ? definition.model : {};
  const vocabulary = isObject(model.vocab) ? model.vocab : {};
  const idOf = (content: string) => own(vocabulary, content);

  for (const [id, token] of Object.entries(isObject(config.added_tokens_decoder) ? config.added_tokens_decoder : {})) {
    const content = contentOf(token);
    if (content === undefined || !isObject(token) || added.has(content)) continue;
    added.set(content, { ...token, id: idOf(content) ?? Number(id) });
  }
  for (const content of namedTokens(config)) {
    const token = added.get(content) ?? { content, id: idOf(content), normalized: false };
    if (typeof token.id === "number") added.set(content, { ...token, special: true });
  }
  return { ...definition, added_tokens: [...added.values()] };
}

function contentOf(value: unknown): string | undefined {
  const content = isObject(value) ? value.content : value;
  return typeof content === "string" && content !== "" ? content : undefined;
}

function entries(value: unknown): readonly UnknownObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
