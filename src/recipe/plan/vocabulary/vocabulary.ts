import { Recent } from "../../../base/recent";
import { configNumber, VOCABULARY_KEYS } from "../../../model/config";
import type { Model } from "../../../model/model";
import {
  type CountedVocabulary,
  type OutputTokens,
  ownTokens,
  rowTokens,
  unionTokens,
  withTokens,
} from "../../../tokens/building/outputTokens";
import type { ModelReference, TokenizerRequest } from "../../parse/recipe";
import { shownToken } from "../checks/shownToken";
import type { PlanContext } from "../planContext";
import { type OutputVocabulary, placeOf, shownWanted } from "./outputVocabulary";
import { say } from "./say";
import type { Vocabularies } from "./vocabularies";

const recent = new Recent<OutputTokens>(8);

/**
 * The vocabulary that `tokenizer` or `tokenizer_source` asks for; `undefined` where nothing is asked for, and with problems where it
 * cannot be had. It is known before any tensor is planned.
 */
export function openVocabulary(context: PlanContext, vocabularies: Vocabularies): OutputVocabulary | undefined {
  const { recipe, donor } = context;
  const request = recipe.tokenizer;
  if (!request) return undefined;
  const owner = typeof request.source === "object" ? request.source : donor.reference;
  const counted = countedVocabularies(context, vocabularies, owner);
  if (counted === "unread") {
    if (!isAloneWithItself(context, request, owner)) refuse(context, request, "unread", owner.key);
    return undefined;
  }
  const requested = new Map(request.tokens.map((token) => [token.token, token]));
  if (!checkTokens(context, request, counted)) return undefined;
  const own = counted(owner.key);
  const output = outputTokens(context, request, own, counted, [...requested.keys()]);
  const changed = output.limit !== undefined || output.added.length > 0;
  if (changed && own.vocabulary.definition === undefined) {
    refuse(context, request, "no-definition", owner.key, output.added.length);
    return undefined;
  }
  reportStripped(context, request, own, output);
  const step = request.padToMultipleOf ?? 1;
  return { output, owner, rows: Math.ceil(output.tokens.length / step) * step, requested, of: counted };
}

/** One model under its own tokenizer, whatever that is. */
function isAloneWithItself({ references }: PlanContext, request: TokenizerRequest, owner: ModelReference): boolean {
  const plain = request.tokens.length === 0 && request.padToMultipleOf === undefined;
  return plain && references.every(({ key }) => key === owner.key);
}

function countedVocabularies(
  context: PlanContext,
  vocabularies: Vocabularies,
  owner: ModelReference,
): OutputVocabulary["of"] | "unread" {
  const { donor, models, bag, references } = context;
  const readable = (key: string) => vocabularies.get(key)?.vocabulary;
  const standIn = readable(donor.reference.key) ?? readable(owner.key);
  if (!standIn || !readable(owner.key)) return "unread";
  const known = new Map<string, CountedVocabulary>();
  for (const { key, span } of references) {
    if (readable(key)) continue;
    const other = readable(donor.reference.key) ? donor.reference.key : owner.key;
    const facts = { model: key, other, reason: vocabularies.get(key)?.reason ?? "" };
    bag.add({ code: "plan/unknown-vocabulary", severity: "warning", span, group: key, facts });
  }
  return (key) => {
    const found = known.get(key) ?? countedVocabulary(key, readable(key) ?? standIn, models.get(key));
    known.set(key, found);
    return found;
  };
}

/** Ids from the size on that a config says stand for nothing, whatever the tokenizer has there. */
function countedVocabulary(key: string, vocabulary: CountedVocabulary["vocabulary"], model: Model | undefined) {
  const stated = VOCABULARY_KEYS.map((size) => configNumber(model?.config ?? {}, size)).find(
    (size) => size !== undefined,
  );
  return { model: key, vocabulary, limit: stated ?? vocabulary.tokens.length };
}

function outputTokens(
  { references, donor }: PlanContext,
  { source }: TokenizerRequest,
  own: CountedVocabulary,
  counted: OutputVocabulary["of"],
  requested: readonly string[],
): OutputTokens {
  const everyone = source === "union" ? references.map(({ key }) => counted(key)) : [own];
  const over = everyone.flatMap(({ model, vocabulary, limit }) => [model, vocabulary, limit]);
  const kind = typeof source === "object" ? "model" : source;
  return recent.get([kind, ...over, JSON.stringify(requested)], () => {
    const others = everyone.filter(({ model }) => model !== donor.reference.key);
    const found = kind === "model" ? ownTokens(own) : kind === "base" ? rowTokens(own) : unionTokens(own, others);
    return requested.length === 0 ? found : withTokens(found, own.vocabulary, requested);
  });
}

/** Whether every token's source is there: a model of the recipe that has the token, with a row. */
function checkTokens(
  { references, bag }: PlanContext,
  { tokens }: TokenizerRequest,
  counted: OutputVocabulary["of"],
): boolean {
  let fine = true;
  for (const { token, source, span } of tokens) {
    if (!source || source.kind === "zero") continue;
    const { key } = source.model;
    const wanted = source.kind === "model" ? token : source.token;
    const fault = !references.some((reference) => reference.key === key)
      ? ("outside" as const)
      : placeOf(wanted, counted(key)) === undefined
        ? ("no-token" as const)
        : undefined;
    if (!fault) continue;
    fine = false;
    const facts = { token: shownToken(token), model: key, reason: fault, wanted: shownWanted(wanted), limit: 0 };
    say(bag, { code: "plan/token-source", severity: "error", span, group: token, facts });
  }
  return fine;
}

function refuse(
  { bag }: PlanContext,
  { key, span }: TokenizerRequest,
  reason: "unread" | "no-definition",
  model: string,
  count = 0,
): void {
  say(bag, { code: "plan/tokenizer", severity: "error", span, facts: { what: key, reason, model, count } });
}

/** Tokens that the base's tokenizer has and its model has no rows for. */
function reportStripped(
  { bag }: PlanContext,
  { span }: TokenizerRequest,
  own: CountedVocabulary,
  { limit, model }: OutputTokens,
) {
  if (limit === undefined) return;
  const gone = own.vocabulary.tokens.filter((token, id) => token !== undefined && id >= limit);
  const facts = { model, count: gone.length, token: shownToken(gone[0]), limit };
  say(bag, { code: "plan/tokens-stripped", severity: "note", span, facts });
}
