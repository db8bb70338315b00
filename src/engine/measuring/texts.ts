import { type ChatTemplate, endOfTurn, openChatTemplate } from "../../lm/chat/chatTemplate";
import type { Model } from "../../model/model";
import { openTokenizer, type Tokenizer } from "../../tokens/tokenizer";

/** How a model reads and writes. */
export interface ModelTexts {
  readonly tokenizer: Tokenizer;
  /** Absent where the model has none. */
  readonly template?: ChatTemplate;
  /** Ids that end an answer besides `eos_token_id`: the end token of the template. */
  readonly ends: readonly number[];
}

const opened = new WeakMap<Model, Promise<ModelTexts>>();

/** The tokenizer and the chat template of a model's folder, read once while the model is open. @throws as `openTokenizer` and `openChatTemplate` */
export function openTexts(model: Model): Promise<ModelTexts> {
  const known = opened.get(model);
  if (known) return known;
  const opening = open(model);
  opened.set(model, opening);
  opening.catch(() => opened.delete(model)); // may be tried again
  return opening;
}

async function open({ folder }: Model): Promise<ModelTexts> {
  const tokenizer = await openTokenizer(folder);
  const template = await openChatTemplate(folder);
  const end = template && endOfTurn(template, tokenizer);
  return { tokenizer, ends: end === undefined ? [] : [end], ...(template ? { template } : {}) };
}
