import { AwaseError } from "../base/errors";
import { parsePositionRule } from "../eval/positions";
import { MEASURES, type MeasureId, measuresFor } from "../eval/registry";
import type { PositionRule } from "../eval/types";
import {
  COMMON_USAGE,
  type CommonArguments,
  MAX_ANSWER,
  type Mistake,
  type Parsed,
  readCommandLine,
  readWhole,
} from "./arguments";

const IDS = MEASURES.map(({ id }) => id);
const ONLY_NAMED = MEASURES.flatMap((measure) => ("onlyNamed" in measure ? [measure.id] : []));

export const USAGE = `Usage: npm run eval -- MODEL_OR_RECIPE --prompts FILE [--base MODEL] [options]

Measures a language model, or a mergekit recipe without writing it. Models are folders (paths from where you stand) or
Hub ids; what ends in .yaml or .yml is a recipe.

  --prompts FILE      texts to measure with: txt, jsonl (text or prompt; answer, choices and gold if any) or csv
  --tokens FILE       instead of prompts: a JSON list of lists of token ids; no tokenizer is needed
  --base MODEL        what it is compared with: relative perplexity, divergence
  --measures LIST     of ${IDS.join(", ")}, with commas
                      (default: all but ${ONLY_NAMED.join(", ")}, as far as the prompts and the base allow)
  --positions RULE    where the divergence is measured: all, last, tail:K or stride:K (default: tail:8)
  --top-k N           divergence over the base's N likeliest tokens and one bucket for the rest (default: exact)
  --max-tokens N      length of an answer at most, where answers are generated (default: 64)
  --out FILE          write the measurements as JSON
${COMMON_USAGE}
  --json              print the measurements as JSON on standard output; with --tokens, the negative log-likelihood of
                      each predicted token: {"nll": [[...], ...]}
  --help              print this

Exit code: 0 done, 1 failed, 2 the recipe or the command line is wrong, 130 interrupted.`;

export interface EvalArguments extends CommonArguments {
  /** A folder, a Hub id or a recipe's file. */
  readonly subject: string;
  /** The file, and what is in it. */
  readonly input: { readonly kind: "prompts" | "tokens"; readonly file: string };
  readonly base?: string;
  /** Absent: whatever the prompts and the base allow. */
  readonly measures?: readonly MeasureId[];
  readonly positions: PositionRule;
  readonly topK?: number;
  readonly maxTokens: number;
  readonly out?: string;
}

/** Tokens of a vocabulary, at most. */
const MAX_TOP_K = 1_000_000;

const OPTIONS = {
  prompts: { type: "string" },
  tokens: { type: "string" },
  base: { type: "string" },
  measures: { type: "string" },
  positions: { type: "string", default: "tail:8" },
  "top-k": { type: "string" },
  "max-tokens": { type: "string", default: "64" },
  out: { type: "string" },
} as const;

/** The command line as values, `"help"`, or a sentence that says what is wrong with it. */
export function readEvalArguments(args: readonly string[]): EvalArguments | "help" | Mistake {
  return readCommandLine(args, OPTIONS, read);
}

function read({ values, positionals }: Parsed<typeof OPTIONS>, common: CommonArguments): EvalArguments | Mistake {
  const [subject, ...others] = positionals;
  if (subject === undefined) return { mistake: "No model is given. Name a folder, a Hub id or a recipe's YAML file." };
  if (others.length > 0) {
    return {
      mistake: `One model or recipe is expected, but ${positionals.length} are given. Name the base with --base.`,
    };
  }
  const input = readInput(values);
  if ("mistake" in input) return input;
  if (input.kind === "tokens" && values.base !== undefined) {
    return { mistake: "--tokens measures one model; it cannot be compared with --base. Give --prompts instead." };
  }
  const measures = values.measures === undefined ? undefined : readMeasures(values.measures);
  if (measures && "mistake" in measures) return measures;
  const baseless = measuresFor(measures ?? [], []).find(({ base }) => base === "required");
  if (baseless && values.base === undefined) {
    return { mistake: `--measures names ${baseless.id}, which is from a base. Name one with --base.` };
  }
  const positions = readPositions(values.positions);
  if (typeof positions === "object") return positions;
  const topK = values["top-k"] === undefined ? undefined : readWhole("top-k", values["top-k"], 1, MAX_TOP_K);
  if (typeof topK === "object") return topK;
  const maxTokens = readWhole("max-tokens", values["max-tokens"], 1, MAX_ANSWER);
  if (typeof maxTokens === "object") return maxTokens;
  return {
    ...common,
    subject,
    input,
    positions,
    maxTokens,
    ...(measures === undefined ? {} : { measures }),
    ...(values.base === undefined ? {} : { base: values.base }),
    ...(topK === undefined ? {} : { topK }),
    ...(values.out === undefined ? {} : { out: values.out }),
  };
}

function readInput(values: Parsed<typeof OPTIONS>["values"]): EvalArguments["input"] | Mistake {
  const { prompts, tokens } = values;
  if (prompts !== undefined && tokens !== undefined) return { mistake: "Give --prompts or --tokens, not both." };
  if (prompts !== undefined) return { kind: "prompts", file: prompts };
  if (tokens !== undefined) return { kind: "tokens", file: tokens };
  return { mistake: "There is nothing to measure with. Name a file with --prompts FILE." };
}

function readMeasures(list: string): readonly MeasureId[] | Mistake {
  const found = list.split(",").map((name) => name.trim());
  const unknown = found.find((name) => !isMeasure(name));
  if (unknown === undefined) return found.filter(isMeasure);
  return { mistake: `--measures names "${unknown}"; known are ${IDS.join(", ")}.` };
}

function isMeasure(text: string): text is MeasureId {
  return IDS.some((id) => id === text);
}

function readPositions(rule: string): PositionRule | Mistake {
  try {
    return parsePositionRule(rule);
  } catch (error) {
    if (error instanceof AwaseError) return { mistake: `--positions: ${error.message}` };
    throw error;
  }
}
