import type { FactsOf } from "../../../base/sentences";
import { compareVocabularies } from "../../../tokens/compareVocabularies";
import type { Vocabulary } from "../../../tokens/vocabulary";
import type { ModelReference, TokenizerRequest } from "../../parse/recipe";
import type { fittingSentences } from "../../problems/fitting";
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
type Reason = Omit<FactsOf<typeof fittingSentences, "plan/tokenizer">, "what" | "donor">;

/** Of those facts, the ones that a reason has nothing for. */
const NOTHING = { count: 0, token: "", of: "", rows: 0 };

/**
 * Tokenizers are copied, not built. A recipe that asks for one is accepted where copying gives what it asks for: all
 * vocabularies agree row by row with the one that the output gets. Anything else is an error that says what would differ.
 */
export function checkTokenizer(context: PlanContext, planned: PlannedTensors, vocabularies: Vocabularies): void {
  const { recipe, bag, donor } = context;
  const request = recipe.tokenizer;
  if (request) {
    const found = reasonAgainst(context, request, planned, vocabularies);
    if (found) {
      bag.add({
        code: "plan/tokenizer",
        severity: "error",
        span: request.span,
        facts: { ...found, what: request.key, donor: donor.reference.key },
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
  if (tokens > 0) return { ...NOTHING, reason: "tokens", model: key, count: tokens };
  if (typeof source === "object" && source.key !== key) return { ...NOTHING, reason: "model", model: source.key };
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
    if (added) return { ...NOTHING, ...added, model };
  }
  for (const { heeded, rows, tensor } of embeddings) {
    for (const { model } of heeded) {
      const other = vocabularies.get(model)?.vocabulary;
      const { differing, first } = other ? compareVocabularies(other.tokens, own.tokens, rows) : { differing: 0 };
      if (!first) continue;
      const token = shownToken(first.expected);
      return { ...NOTHING, reason: "moves", model, count: differing, token };
    }
    const lacking = own.tokens.length - rows;
    if (lacking > 0) return { ...NOTHING, reason: "lacks", model: key, count: lacking, of: tensor.name };
    const step = request.padToMultipleOf ?? 1;
    if (rows % step !== 0) return { ...NOTHING, reason: "padding", model: key, count: step, rows };
  }
  return undefined;
}

function unread(model: string): Reason {
  return { ...NOTHING, reason: "unread", model };
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
  { span, padToMultipleOf: step = 1 }: TokenizerRequest,
  planned: PlannedTensors,
  vocabularies: Vocabularies,
): void {
  const model = tokenizerModel(context).key;
  const tokens = vocabularies.get(model)?.vocabulary?.tokens.length;
  const [embedding] = embeddingsOf(context, planned);
  if (tokens === undefined || !embedding) return;
  const expected = Math.ceil(tokens / step) * step;
  if (embedding.rows === expected) return;
  const facts = { rows: embedding.rows, expected, tokens };
  context.bag.add({
    code: "plan/padding-kept",
    severity: "note",
    span,
    facts,
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
  });
}
