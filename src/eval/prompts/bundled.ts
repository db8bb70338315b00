import generalEn from "../../../prompts/general-en.jsonl?raw";
import generalJa from "../../../prompts/general-ja.jsonl?raw";
import samplesJa from "../../../prompts/samples-ja.jsonl?raw";
import samplesMath from "../../../prompts/samples-math.jsonl?raw";
import samplesMixed from "../../../prompts/samples-mixed.jsonl?raw";
import taskJa from "../../../prompts/samples-task-ja.jsonl?raw";
import taskMath from "../../../prompts/samples-task-math.jsonl?raw";
import taskMathJa from "../../../prompts/samples-task-math-ja.jsonl?raw";
import type { Prompt, PromptSet } from "../types";
import { readRecord } from "./readRecord";

/** Names are in the language of the prompts. Ids are stable: share links and stored choices hold them. */
const SETS: readonly { readonly id: string; readonly name: string; readonly source: string }[] = [
  { id: "samples-mixed", name: "Samples: stories, 日本語 and sums", source: samplesMixed },
  { id: "samples-ja", name: "サンプル：日本語の質問", source: samplesJa },
  { id: "samples-math", name: "Samples: sums", source: samplesMath },
  { id: "samples-task-ja", name: "サンプル：日本語の問題", source: taskJa },
  { id: "samples-task-math", name: "Samples: word problems", source: taskMath },
  { id: "samples-task-math-ja", name: "サンプル：算数の文章題", source: taskMathJa },
  { id: "general-en", name: "General English", source: generalEn },
  { id: "general-ja", name: "一般的な日本語", source: generalJa },
];

/** The sets that come with the program: two for any model, the others for the bundled sample models. */
export function bundledSets(): readonly PromptSet[] {
  return SETS.map(({ id, name, source }) => ({
    id,
    name,
    split: "search",
    prompts: promptsOf(source),
  }));
}

/** Our own files are one record a line: reading what people bring (`parsePrompts`) is loaded when they bring it. */
function promptsOf(lines: string): readonly Prompt[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => readRecord(JSON.parse(line)))
    .filter((read) => "text" in read);
}
