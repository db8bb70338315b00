import { compareVocabularies } from "../../../tokens/compareVocabularies";
import type { Vocabulary } from "../../../tokens/vocabulary";
import type { ModelReference, TokenizerRequest } from "../../parse/recipe";
import type { PlanContext } from "../planContext";
import type { PlannedTensors } from "../tensors";
import type { Vocabularies } from "../vocabularies";
import { embeddingsOf, shownToken } from "./vocabularyFits";

/** The model whose tokenizer files the output gets: the one that is asked for, if it is one of the recipe's, else the donor. */
export function tokenizerModel({ recipe, references, donor }: PlanContext): ModelReference {
  const source = recipe.tokenizer?.source;
  const named = typeof source === "object" ? references.find(({ key }) => key === source.key) : undefined;
  return named ?? donor.reference;
}

/** Why a tokenizer would have to be built. */
interface Reason {
  readonly reason: "tokens" | "model" | "unread" | "adds" | "moves" | "lacks" | "padding";
  readonly model: string;
  readonly count?: number;
  readonly token?: string;
  readonly sentence: string;
}

/**
 * Tokenizers are copied, not built. A recipe that asks for one is accepted where copying gives what it asks for: all
 * vocabularies agree row by row with the one that the output gets. Anything else is an error that says what would differ.
 */
export function checkTokenizer(context: PlanContext, planned: PlannedTensors, vocabularies: Vocabularies): void {
  const { recipe, bag, donor } = context;
  const request = recipe.tokenizer;
  if (request) {
    const found = reasonAgainst(context, request, planned, vocabularies);
    const { reason, model, count = 0, token = "" } = found ?? { reason: "", model: "" };
    if (found) {
      bag.add({
        code: "plan/tokenizer",
        severity: "error",
        span: request.span,
        facts: { what: request.key, reason, model, count, token, donor: donor.reference.key },
        message: () =>
          `\`${request.key}\` asks for a tokenizer that must be built, which is not supported yet: ${found.sentence}. Without this key the tokenizer of ${donor.reference.key} is copied.`,
      });
    } else reportPadding(context, request, planned, vocabularies);
  }
  checkTemplate(context, vocabularies);
}

function reasonAgainst(
  context: PlanContext,
  request: TokenizerRequest,
  planned: PlannedTensors,
  vocabularies: Vocabularies,
): Reason | undefined {
  const { references } = context;
  const { source, tokens } = request;
  const { key } = tokenizerModel(context);
  if (tokens > 0)
    return { reason: "tokens", model: key, count: tokens, sentence: `it gives ${tokens} tokens a source of their own` };
  if (typeof source === "object" && source.key !== key)
    return { reason: "model", model: source.key, sentence: `${source.key} is not one of the models to merge` };
  const embeddings = embeddingsOf(context, planned);
  const own = vocabularies.get(key)?.vocabulary;
  const involved = new Set([
    ...embeddings.flatMap(({ heeded }) => heeded.map(({ model }) => model)),
    ...(source === "union" ? references.map((reference) => reference.key) : []),
  ]);
  if (!own) {
    if ([...involved].every((model) => model === key) && request.padToMultipleOf === undefined) return undefined;
    return unread(key);
  }
  for (const model of involved) {
    const other = vocabularies.get(model)?.vocabulary;
    if (model === key) continue;
    if (!other) return unread(model);
    const added = source === "union" ? addedTokens(other, own) : undefined;
    if (added)
      return { ...added, model, sentence: `${model} adds ${added.count} tokens (${added.token} is the first)` };
  }
  for (const { heeded, rows, tensor } of embeddings) {
    for (const { model } of heeded) {
      const other = vocabularies.get(model)?.vocabulary;
      const { differing, first } = other ? compareVocabularies(other.tokens, own.tokens, rows) : { differing: 0 };
      if (!first) continue;
      const token = shownToken(first.expected);
      const sentence = `${differing} rows of ${model} would have to move, be replaced or filled in (${token} is the first)`;
      return { reason: "moves", model, count: differing, token, sentence };
    }
    const lacking = own.tokens.length - rows;
    if (lacking > 0)
      return {
        reason: "lacks",
        model: key,
        count: lacking,
        sentence: `${lacking} tokens of ${key} have no row in ${tensor.name}`,
      };
    const step = request.padToMultipleOf ?? 1;
    if (rows % step !== 0)
      return {
        reason: "padding",
        model: key,
        count: step,
        sentence: `${rows} rows would be padded to a multiple of ${step}`,
      };
  }
  return undefined;
}

function unread(model: string): Reason {
  return { reason: "unread", model, sentence: `the tokenizer of ${model} cannot be read, so nothing can be compared` };
}

/** Tokens that a union would have beyond the donor's. */
function addedTokens(other: Vocabulary, own: Vocabulary) {
  const { differing } = compareVocabularies(own.tokens, other.tokens, other.tokens.length);
  if (differing === 0) return undefined;
  const known = new Set(own.tokens);
  const added = other.tokens.filter((token) => token !== undefined && !known.has(token));
  return added.length > 0 ? { reason: "adds" as const, count: added.length, token: shownToken(added[0]) } : undefined;
}

/** mergekit cuts rows without tokens away, or pads with a mean; here they stay. No token has them. */
function reportPadding(
  context: PlanContext,
  { span, key, padToMultipleOf: step = 1 }: TokenizerRequest,
  planned: PlannedTensors,
  vocabularies: Vocabularies,
): void {
  const model = tokenizerModel(context).key;
  const tokens = vocabularies.get(model)?.vocabulary?.tokens.length;
  const [embedding] = embeddingsOf(context, planned);
  if (tokens === undefined || !embedding) return;
  const expected = Math.ceil(tokens / step) * step;
  if (embedding.rows === expected) return;
  const facts = { what: key, rows: embedding.rows, expected, tokens };
  context.bag.add({
    code: "plan/padding-kept",
    severity: "note",
    span,
    facts,
    message: () =>
      `The embedding keeps its ${facts.rows} rows, of which ${tokens} have a token. mergekit would leave ${expected}.`,
  });
}

/** A template is copied with the tokenizer; one that is asked for must be the same. */
function checkTemplate(context: PlanContext, vocabularies: Vocabularies): void {
  const { recipe, references, bag } = context;
  const asked = recipe.chatTemplate;
  if (!asked) return;
  const { key } = tokenizerModel(context);
  const templateOf = (model: string) => vocabularies.get(model)?.vocabulary?.template?.trim();
  const own = templateOf(key);
  const known = references.flatMap((reference) => templateOf(reference.key) ?? []);
  const counts = new Map<string, number>();
  for (const template of known) counts.set(template, (counts.get(template) ?? 0) + 1);
  const most = [...counts.values()].reduce((top, count) => Math.max(top, count), 0);
  const wanted = asked.value === "auto" ? [...counts].filter(([, count]) => count === most) : [[asked.value.trim(), 1]];
  if (wanted.length === 0 || wanted.some(([template]) => template === own)) return;
  const auto = asked.value === "auto" ? 1 : 0;
  const facts = { model: key, auto, count: most };
  bag.add({
    code: "plan/chat-template",
    severity: "error",
    span: asked.span,
    facts,
    message: () =>
      auto
        ? `\`chat_template: auto\` takes the template that most models have (${most} of them), which is not that of ${key}. Setting another one is not supported yet; without this key that of ${key} is copied.`
        : `\`chat_template\` is not the template of ${key}, and setting another one is not supported yet. Without this key that of ${key} is copied.`,
  });
}
