import { type Fix, fix } from "../../problems/fixes";
import { setIn } from "../../text/edit/editText";
import type { PlanContext } from "../planContext";
import type { OutputVocabulary } from "./outputVocabulary";
import { say } from "./say";

/** Of the donor's padding rows nothing is left, as in mergekit: the number of rows follows the tokens. It can be kept. */
export function reportPadding(
  { recipe, donor, layout, bag }: PlanContext,
  vocabulary: OutputVocabulary | undefined,
  text: string,
): void {
  const request = recipe.tokenizer;
  const embedding = layout.modules.flatMap(({ pre }) => pre).find((weight) => weight.embedding);
  const names = embedding ? [embedding.name, ...embedding.aliases] : [];
  const found = names.map((name) => donor.checkpoint.tensors.get(name)?.shape[0]).find((rows) => rows !== undefined);
  if (!vocabulary || !request || found === undefined || found <= vocabulary.rows) return;
  const tokens = vocabulary.output.tokens.length;
  say(bag, {
    code: "plan/padding-lost",
    severity: "note",
    span: request.span,
    facts: { model: donor.reference.key, found, tokens, expected: vocabulary.rows },
    fix: keepRows(text, request.key, stepTo(tokens, found), found),
  });
}

/** A step whose next multiple from `tokens` on is `rows`: the largest power of two, as people write them, else the rows themselves. */
function stepTo(tokens: number, rows: number): number {
  let step = 1;
  while (rows % (2 * step) === 0) step *= 2;
  while (step > 1 && Math.ceil(tokens / step) * step !== rows) step /= 2;
  return Math.ceil(tokens / step) * step === rows ? step : rows;
}

function keepRows(text: string, key: "tokenizer" | "tokenizer_source", step: number, rows: number): Fix | undefined {
  let edited: string;
  if (key === "tokenizer") edited = setIn(text, ["tokenizer", "pad_to_multiple_of"], step);
  else {
    const old = /^tokenizer_source[ \t]*:[ \t]*([^\s#].*?)[ \t]*(?:#.*)?$/m.exec(text);
    if (!old) return undefined;
    const written = `tokenizer: {source: ${old[1]}, pad_to_multiple_of: ${step}}`;
    edited = text.slice(0, old.index) + written + text.slice(old.index + old[0].length);
  }
  if (edited === text) return undefined;
  let from = 0;
  while (from < text.length && text[from] === edited[from]) from++;
  let same = 0;
  while (same < Math.min(text.length, edited.length) - from && text.at(-1 - same) === edited.at(-1 - same)) same++;
  const edit = { from, to: text.length - same, insert: edited.slice(from, edited.length - same) };
  return fix(edit, "fix/keep-rows", { rows, step });
}
