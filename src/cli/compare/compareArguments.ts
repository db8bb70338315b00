import {
  COMMON_USAGE,
  type CommonArguments,
  MAX_ANSWER,
  type Mistake,
  type Parsed,
  readCommandLine,
  readWhole,
} from "../arguments";

export const USAGE = `Usage: npm run compare -- BASE MERGED --prompts FILE --out DIR [options]

Lets two models answer the same prompts, greedily, and writes both answers side by side: DIR/results.jsonl (an object for each
prompt) and DIR/results.md. Each is a folder (a path from where you stand), a Hub id, or a recipe (.yaml), which is not written.

  --prompts FILE      the prompts: txt, jsonl (text or prompt; answer if any) or csv
  --out DIR           folder for the results
  --max-tokens N      length of an answer at most (default: 128)
  --plain             give prompts as they are, without the model's chat template
${COMMON_USAGE}
  --json              print the objects of results.jsonl on standard output as well
  --help              print this

Exit code: 0 done, 1 failed, 2 the command line or a file is wrong, 130 interrupted.`;

export interface CompareArguments extends CommonArguments {
  readonly base: string;
  readonly merged: string;
  /** File of prompts. */
  readonly prompts: string;
  readonly out: string;
  readonly maxTokens: number;
  readonly chat: boolean;
}

const OPTIONS = {
  prompts: { type: "string" },
  out: { type: "string" },
  "max-tokens": { type: "string", default: "128" },
  plain: { type: "boolean", default: false },
} as const;

/** The command line as values, `"help"`, or a sentence that says what is wrong with it. */
export function readCompareArguments(args: readonly string[]): CompareArguments | "help" | Mistake {
  return readCommandLine(args, OPTIONS, read);
}

function read({ values, positionals }: Parsed<typeof OPTIONS>, common: CommonArguments): CompareArguments | Mistake {
  const [base, merged, ...others] = positionals;
  if (base === undefined || merged === undefined || others.length > 0) {
    return { mistake: `Two models are expected, the base and the merged one, but ${positionals.length} are given.` };
  }
  if (!values.prompts) return { mistake: "No prompts are given. Name a file with --prompts FILE." };
  if (!values.out) return { mistake: "No output folder is given. Name one with --out DIR." };
  const maxTokens = readWhole("max-tokens", values["max-tokens"], 1, MAX_ANSWER);
  if (typeof maxTokens === "object") return maxTokens;
  return { ...common, base, merged, prompts: values.prompts, out: values.out, maxTokens, chat: !values.plain };
}
