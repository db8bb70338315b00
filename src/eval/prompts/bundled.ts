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

/** Ids are stable: share links and stored choices hold them. */
const SETS: readonly { readonly id: string; readonly names: Names; readonly source: string }[] = [
  {
    id: "samples-mixed",
    names: { en: "Samples: stories, Japanese and sums", ja: "サンプル：物語、日本語、計算" },
    source: samplesMixed,
  },
  {
    id: "samples-ja",
    names: { en: "Samples: questions in Japanese", ja: "サンプル：日本語の質問" },
    source: samplesJa,
  },
  { id: "samples-math", names: { en: "Samples: sums", ja: "サンプル：計算" }, source: samplesMath },
  {
    id: "samples-task-ja",
    names: { en: "Samples: problems in Japanese", ja: "サンプル：日本語の問題" },
    source: taskJa,
  },
  {
    id: "samples-task-math",
    names: { en: "Samples: word problems", ja: "サンプル：英語の文章題" },
    source: taskMath,
  },
  {
    id: "samples-task-math-ja",
    names: { en: "Samples: word problems in Japanese", ja: "サンプル：日本語の文章題" },
    source: taskMathJa,
  },
  { id: "general-en", names: { en: "General English", ja: "一般的な英語" }, source: generalEn },
  { id: "general-ja", names: { en: "General Japanese", ja: "一般的な日本語" }, source: generalJa },
];

/** What a bundled set is called, by the language of the page. */
type Names = Readonly<Record<"en" | "ja", string>>;

/** The sets that come with the program, named in a language: two for any model, the others for the bundled sample models. */
export function bundledSets(language: keyof Names = "en"): readonly PromptSet[] {
  return SETS.map(({ id, names, source }) => ({
    id,
    name: names[language],
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
