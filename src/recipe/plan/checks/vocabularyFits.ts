import type { TensorFacts } from "../../../formats/tensor";
import { findTensor } from "../../../model/layout/layout";
import { textConfig } from "../../../model/traits/families";
import { compareVocabularies } from "../../../tokens/compareVocabularies";
import { roleIds, type Vocabulary } from "../../../tokens/vocabulary";
import type { ModelReference } from "../../parse/recipe";
import { type Fix, fix } from "../../problems/fixes";
import type { PlannedInput, PlannedTensor } from "../plan";
import type { PlanContext } from "../planContext";
import type { PlannedTensors } from "../tensors";
import type { Vocabularies } from "../vocabulary/vocabularies";
import { type Attempt, otherDonor } from "./otherDonor";
import { shownToken } from "./shownToken";

/** With more than this share of rows that mean other tokens, what comes out of a blend is noise. */
const MOST = 0.2;
/** Ids that a sentence lists. */
const LISTED = 5;

/** A tensor with a vocabulary axis, and the inputs that its values depend on. */
interface Embedding {
  readonly tensor: PlannedTensor;
  readonly rows: number;
  readonly heeded: readonly PlannedInput[];
}

/** The embeddings and heads that are written. */
export function embeddingsOf({ method }: PlanContext, { tensors, embeddings }: PlannedTensors): readonly Embedding[] {
  return tensors.flatMap((tensor) => {
    const rows = embeddings.get(tensor.name);
    if (rows === undefined) return [];
    const { action, inputs, parameters: globals } = tensor;
    const heeds = action === "copy" ? inputs.map((_, k) => k === 0) : method.heeds?.({ globals, inputs });
    return [{ tensor, rows, heeded: inputs.filter((_, k) => heeds?.[k] ?? true) }];
  });
}

/**
 * Whether each row of the embeddings means the token that the output's tokenizer says: in every model that takes part in
 * it, and for every token that had a row before.
 * @param tokenizer the model whose tokenizer the output gets
 */
export function checkVocabularies(
  context: PlanContext,
  planned: PlannedTensors,
  tokenizer: ModelReference,
  {
    vocabularies,
    text,
    attempt,
    tokenizers,
  }: {
    readonly vocabularies: Vocabularies;
    readonly text: string;
    readonly attempt: Attempt;
    /** Whether recipes that ask for a tokenizer can be tried. */
    readonly tokenizers?: unknown;
  },
): void {
  const expected = vocabularies.get(tokenizer.key)?.vocabulary;
  for (const embedding of embeddingsOf(context, planned)) {
    checkRows(context, embedding, tokenizer, expected, () => otherDonor(context, text, attempt));
    for (const { model } of embedding.heeded) {
      if (model === tokenizer.key) continue;
      const found = vocabularies.get(model);
      if (expected && found?.vocabulary)
        compare(context, embedding, { model, found: found.vocabulary, expected, tokenizer }, () =>
          tokenizers ? union(text, attempt) : undefined,
        );
      else reportUnknown(context, found || !expected ? tokenizer.key : model, vocabularies, [model, tokenizer.key]);
    }
  }
}

/** Tokens that have a row in the model they come from must not lose it. */
function checkRows(
  context: PlanContext,
  { tensor, rows, heeded }: Embedding,
  tokenizer: ModelReference,
  vocabulary: Vocabulary | undefined,
  mend: () => ReturnType<typeof otherDonor>,
): void {
  const { models, donor, bag, method } = context;
  const had = rowsOf(context, models.get(tokenizer.key), tensor.name);
  if (had <= rows) return;
  const { config } = donor.checkpoint;
  const roles = [...roleIds(config), ...roleIds(textConfig(config)), ...(vocabulary?.roles ?? [])];
  const lost = new Set(roles.flatMap(({ id }) => (id >= rows && id < had ? id : [])));
  for (let id = rows; id < Math.min(had, vocabulary?.tokens.length ?? 0); id++) {
    if (vocabulary?.tokens[id] !== undefined) lost.add(id);
  }
  if (lost.size === 0) return;
  const ids = [...lost].sort((a, b) => a - b);
  const inTemplate = ids.some((id) => {
    const token = vocabulary?.tokens[id] ?? "";
    return token.length > 1 && vocabulary?.template?.includes(token);
  });
  const among = [
    ...new Set(roles.filter(({ id }) => lost.has(id)).map(({ role }) => role as string)),
    ...(inTemplate ? ["chat template"] : []),
  ];
  const other = heeded.find(({ shape }) => shape[0] === rows)?.model ?? "";
  const mended = mend();
  const facts = {
    model: tokenizer.key,
    other,
    rows,
    found: had,
    count: ids.length,
    ids: ids.slice(0, LISTED).join(", "),
    more: Math.max(0, ids.length - LISTED),
    among: among.join(", "),
    base: mended?.key ?? "",
    counts: method.base === "required" ? 1 : 0,
  };
  bag.add({
    code: "plan/tokens-without-rows",
    severity: "error",
    span: tokenizer.span,
    tensor: tensor.name,
    facts,
    fix: mended?.fix,
  });
}

function rowsOf(
  { layout }: PlanContext,
  model: { readonly tensors: ReadonlyMap<string, TensorFacts> } | undefined,
  name: string,
): number {
  const weight = layout.modules.flatMap(({ pre, post }) => [...pre, ...post]).find((each) => each.name === name);
  const stored = model && (weight ? findTensor(model, weight, undefined)?.tensor : model.tensors.get(name));
  return stored?.shape[0] ?? 0;
}

/** Rows of one model that mean other tokens than the output's tokenizer says. */
function compare(
  { bag, references }: PlanContext,
  { tensor, rows }: Embedding,
  {
    model,
    found,
    expected,
    tokenizer,
  }: { model: string; found: Vocabulary; expected: Vocabulary; tokenizer: ModelReference },
  mend: () => Fix | undefined,
): void {
  const { first, ...comparison } = compareVocabularies(found.tokens, expected.tokens, rows);
  if (!first) return;
  const most = comparison.differing > MOST * comparison.rows;
  const facts = {
    model,
    other: tokenizer.key,
    found: comparison.differing,
    rows: comparison.rows,
    id: first.id,
    token: shownToken(first.found),
    otherToken: shownToken(first.expected),
  };
  bag.add({
    code: most ? "plan/other-vocabulary" : "plan/some-other-tokens",
    severity: most ? "error" : "warning",
    span: references.find(({ key }) => key === model)?.span,
    group: model,
    tensor: tensor.name,
    facts,
    fix: mend(),
  });
}

/** The edit that asks for a tokenizer of all tokens, to whose rows those of every model are matched. */
function union(text: string, attempt: Attempt): Fix | undefined {
  const insert = `${text === "" || text.endsWith("\n") ? "" : "\n"}tokenizer:\n  source: union\n`;
  if (!attempt(text + insert)) return undefined;
  return fix({ from: text.length, to: text.length, insert }, "fix/union");
}

/** Without its tokens a model is taken to have the others'. */
function reportUnknown(
  { bag, references }: PlanContext,
  fallback: string,
  vocabularies: Vocabularies,
  [model = "", other = ""]: readonly string[],
): void {
  const unread = [model, other].find((key) => vocabularies.get(key)?.reason !== undefined);
  const key = unread ?? [model, other].find((each) => !vocabularies.has(each)) ?? fallback;
  const reason = vocabularies.get(key)?.reason ?? "";
  bag.add({
    code: "plan/unknown-vocabulary",
    severity: unread ? "warning" : "note",
    span: references.find((reference) => reference.key === key)?.span,
    group: key,
    facts: { model: key, other: key === model ? other : model, reason },
  });
}
