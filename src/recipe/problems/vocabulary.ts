import type { Sentences } from "../../base/sentences";

/** A token whose row cannot be found where the recipe says it comes from. */
export interface TokenSourceFacts {
  readonly token: string;
  readonly model: string;
  readonly reason: "outside" | "no-token" | "no-row" | "no-matrix";
  /** The token that was looked for, or its id. */
  readonly wanted: string;
  /** Rows that there are. */
  readonly limit: number;
}

function tokenSource({ token, model, reason, wanted, limit }: TokenSourceFacts): string {
  switch (reason) {
    case "outside":
      return `The row of ${token} comes from ${model}, which is not one of the models to merge. List it among them; a weight of 0 is enough.`;
    case "no-token":
      return `The row of ${token} comes from ${model}, but that model has no token ${wanted} with a row. Name a token that it has.`;
    case "no-row":
      return `The row of ${token} comes from row ${wanted} of ${model}, which has ${limit} rows. Name one of them.`;
    default:
      return `The row of ${token} comes from ${model}, which has no matrix of this kind and width. Name another model.`;
  }
}

/** What becomes of vocabularies, in English: tokenizers that are built, rows that are found for them, templates. */
export const vocabularySentences = {
  "plan/tokenizer": ({
    what,
    reason,
    model,
    count,
  }: {
    what: string;
    reason: "unread" | "no-definition";
    model: string;
    count: number;
  }) =>
    reason === "unread"
      ? `\`${what}\` needs the tokenizer of ${model}, which cannot be read. Add its tokenizer.json, or take the key out: then its files are copied as they are.`
      : `\`${what}\` ${count > 0 ? `adds ${count} tokens to` : "takes tokens out of"} the tokenizer of ${model}, which is done in tokenizer.json, and ${model} has none. Save it with save_pretrained of transformers.`,
  "plan/tokens-stripped": ({
    model,
    count,
    token,
    limit,
  }: {
    model: string;
    count: number;
    token: string;
    limit: number;
  }) =>
    `${count} ${count === 1 ? "token" : "tokens"} of ${model} (${token} is the first) ${count === 1 ? "has an id" : "have ids"} from ${limit} on, for which its model has no rows. The output's tokenizer does without.`,
  "plan/token-source": tokenSource,
  "plan/token-zero": ({ count, token }: { count: number; token: string }) =>
    `No model has ${count === 1 ? `the token ${token}` : `${count} of the tokens (${token} is the first)`}: embedding and head get zeros there.`,
  "plan/padding-lost": ({
    model,
    found,
    tokens,
    expected,
  }: {
    model: string;
    found: number;
    tokens: number;
    expected: number;
  }) =>
    `The embedding of ${model} has ${found} rows, the output's ${expected}: as in mergekit, rows beyond the ${tokens} tokens are not kept.`,
  "plan/special-ids": ({ keys }: { keys: string }) =>
    `The tokenizer has other ids for the tokens that config.json names; it is set to ${keys}.`,
  "plan/special-id": ({ id, token, model }: { id: number; token: string; model: string }) =>
    `config.json or generation_config.json names token ${id} (${token}), and the tokenizer of ${model} has neither that token nor one in its place. Set it by hand after merging.`,
  "plan/chat-template": ({ found, known }: { found: string; known: string }) =>
    `\`chat_template: ${found}\` is neither \`auto\`, nor a name (${known}), nor a template: that would have 20 characters at least, and a \`{\`.`,
} satisfies Sentences;
