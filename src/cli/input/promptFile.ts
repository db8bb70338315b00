import { basename, extname } from "node:path";
import { own } from "../../base/own";
import { type PromptProblem, parsePrompts } from "../../eval/prompts/parsePrompts";
import type { PromptSet } from "../../eval/types";
import type { Surroundings } from "../command";
import { readTextFile } from "./textFile";

const FORMATS: Readonly<Record<string, Parameters<typeof parsePrompts>[1]>> = {
  ".txt": "text",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "jsonl",
  ".csv": "csv",
  ".tsv": "csv",
};

/**
 * A set from a file. What was found wrong in it is printed, each as a line that editors can follow.
 * @returns nothing where there is no such file, or no prompt in it
 */
export async function readPromptFile(
  file: string,
  { cwd, stderr }: Pick<Surroundings, "cwd" | "stderr">,
): Promise<PromptSet | undefined> {
  const found = await readTextFile(file, cwd);
  if ("mistake" in found) {
    stderr.write(`${found.mistake}\n`);
    return undefined;
  }
  const { prompts, problems } = parsePrompts(found.text, own(FORMATS, extname(file).toLowerCase()));
  for (const problem of problems) stderr.write(`${file}:${problem.line}: warning: ${sentence(problem)}\n`);
  if (prompts.length === 0) {
    stderr.write(`${file} holds no prompt. Write one on each line.\n`);
    return undefined;
  }
  const name = basename(file, extname(file));
  return { id: name, name, split: "held-out", prompts };
}

/** What is wrong, and where else. */
function sentence({ message, also }: PromptProblem): string {
  if (!also) return message;
  const others = also.count > also.lines.length ? ", …" : "";
  return `${message} (${also.count} times: lines ${also.lines.join(", ")}${others})`;
}
