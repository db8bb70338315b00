import { basename, extname } from "node:path";
import { own } from "../../base/own";
import { type PromptProblem, parsePrompts } from "../../eval/prompts/parsePrompts";
import type { PromptSet } from "../../eval/types";
import { readTextFile } from "./textFile";

/** A set from a file, and what was found wrong in it, each as a line that editors can follow. */
export interface PromptFile {
  /** Absent where there is no such file, or no prompt in it. */
  readonly set?: PromptSet;
  readonly lines: readonly string[];
}

const FORMATS: Readonly<Record<string, Parameters<typeof parsePrompts>[1]>> = {
  ".txt": "text",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "jsonl",
  ".csv": "csv",
  ".tsv": "csv",
};

export async function readPromptFile(file: string, cwd: string): Promise<PromptFile> {
  const found = await readTextFile(file, cwd);
  if ("mistake" in found) return { lines: [found.mistake] };
  const { prompts, problems } = parsePrompts(found.text, own(FORMATS, extname(file).toLowerCase()));
  const lines = problems.map((problem) => `${file}:${problem.line}: warning: ${sentence(problem)}`);
  if (prompts.length === 0) return { lines: [...lines, `${file} holds no prompt. Write one on each line.`] };
  const name = basename(file, extname(file));
  return { set: { id: name, name, split: "held-out", prompts }, lines };
}

/** What is wrong, and where else. */
function sentence({ message, also }: PromptProblem): string {
  if (!also) return message;
  const others = also.count > also.lines.length ? ", …" : "";
  return `${message} (${also.count} times: lines ${also.lines.join(", ")}${others})`;
}
