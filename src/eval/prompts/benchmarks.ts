import type { Prompt, PromptSet } from "../types";
import { fingerprints } from "./fingerprint";

/** A public benchmark whose test split a set of prompts looks like, and what gave it away. */
export interface LookAlike {
  readonly benchmark: string;
  readonly by: "items" | "fields" | "shape" | "name";
}

/**
 * Whether a set looks like the test split of a public benchmark: a merge that was chosen with it says nothing about the
 * benchmark any more.
 *
 * What this can see: the first items of each benchmark's test split (or validation split, where that is the one reported),
 * by hashes of stretches of 24 letters, also inside of a template; field names that are one benchmark's own; the marks some
 * put around questions and answers; the set's name. A name with "train" in it is believed unless known items are found.
 * What it cannot see: any other item, translations, paraphrases, and benchmarks that are not in the tables below. That it
 * finds nothing proves nothing.
 * @param fields names of the source's fields, where they are known
 */
export function likelyBenchmark(
  { name, prompts }: Pick<PromptSet, "name" | "prompts">,
  fields: readonly string[] = [],
): LookAlike | undefined {
  const item = byItems(prompts);
  if (item !== undefined) return { benchmark: item, by: "items" };
  if (/train/i.test(name)) return undefined;
  const described = FIELDS.find(([, needed]) => needed.every((field) => fields.includes(field)));
  if (described) return { benchmark: described[0], by: "fields" };
  const shaped = SHAPES.find(([, isShape]) => prompts.filter(isShape).length * 2 > prompts.length);
  if (shaped) return { benchmark: shaped[0], by: "shape" };
  const named = NAMES.find(([, pattern]) => pattern.test(name));
  return named && { benchmark: named[0], by: "name" };
}

function byItems(prompts: readonly Prompt[]): string | undefined {
  for (const { text } of prompts) {
    for (const stretch of fingerprints(text)) {
      const benchmark = ITEMS.get(stretch);
      if (benchmark !== undefined) return benchmark;
    }
  }
  return undefined;
}

/** Fingerprints of stretches that only these items have; the items themselves are not shipped. */
const ITEMS: ReadonlyMap<number, string> = new Map([
  [8055323287738484, "GSM8K"],
  [5526954419905429, "GSM8K"],
  [7567286210945036, "GSM8K"],
  [7503059069234991, "MGSM"],
  [4028626886026432, "MGSM"],
  [5660103799586446, "MATH"],
  [4292603249318597, "MMLU"],
  [4851756801703401, "ARC"],
  [3797810291229639, "ARC"],
  [8614098202251664, "HellaSwag"],
  [5277589603461237, "WinoGrande"],
  [374669921766477, "PIQA"],
  [6834962327262626, "TruthfulQA"],
  [289905959729222, "HumanEval"],
  [3369692200438741, "MBPP"],
  [4874221244271843, "JCommonsenseQA"],
]);

/** Fields that stand together in the published files. */
const FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ["HumanEval", ["task_id", "canonical_solution", "entry_point"]],
  ["MBPP", ["task_id", "test_list"]],
  ["HellaSwag", ["activity_label", "ctx_a", "endings"]],
  ["ARC", ["id", "question", "choices", "answerKey"]],
  ["MMLU", ["question", "subject", "choices", "answer"]],
  ["TruthfulQA", ["best_answer", "incorrect_answers"]],
  ["TruthfulQA", ["mc1_targets"]],
  ["JCommonsenseQA", ["q_id", "question", "choice4", "label"]],
  ["WinoGrande", ["sentence", "option1", "option2"]],
  ["PIQA", ["goal", "sol1", "sol2"]],
];

const MMLU_HEAD = "The following are multiple choice questions (with answers) about";

/** Marks that more than half of the prompts carry. */
const SHAPES: readonly (readonly [string, (prompt: Prompt) => boolean])[] = [
  ["GSM8K", ({ answer }) => answer !== undefined && /#### ?-?[\d,.]+$/.test(answer.trimEnd())],
  ["MMLU", ({ text }) => text.startsWith(MMLU_HEAD)],
  ["HumanEval", ({ text }) => text.includes("def ") && text.includes('"""') && text.includes("\n    >>> ")],
];

const NAMES: readonly (readonly [string, RegExp])[] = [
  ["MGSM", /mgsm/i],
  ["GSM8K", /gsm-?_?8k/i],
  ["MMLU", /mmlu/i],
  ["ARC", /\b(ai2[-_ ])?arc[-_ ](easy|challenge|[ec]\b)/i],
  ["HellaSwag", /hella[-_ ]?swag/i],
  ["HumanEval", /human[-_ ]?eval/i],
  ["MBPP", /mbpp/i],
  ["TruthfulQA", /truthful[-_ ]?qa/i],
  ["WinoGrande", /winogrande/i],
  ["JCommonsenseQA", /jcommonsenseqa|jcqa/i],
  ["PIQA", /\bpiqa\b/i],
  ["MATH", /\bmath[-_ ]?500\b|hendrycks[-_ ]math/i],
];
