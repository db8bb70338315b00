import {
  MAX_PROBLEMS,
  MAX_PROMPTS,
  type ParsedPrompts,
  type PromptFormat,
  parsePrompts,
} from "../../src/eval/prompts/parsePrompts";
import { readRecord } from "../../src/eval/prompts/readRecord";
import type { Prompt } from "../../src/eval/types";
import { isObject } from "../../src/formats/json";
import { jsonOf, mutateJson, printJson } from "../mutate/json";
import { ODD_TEXTS } from "../mutate/odd";
import { mutateText } from "../mutate/text";
import type { Random } from "../random";
import { csvText } from "../reference/csv";
import { readStrictJson } from "../reference/json";
import { same } from "../same";
import { filesEnding, readText } from "../seeds";
import { ACCEPTED, ensure, type Input, speaksOfNothing, type Target, textOf } from "../target";

const NAMES = [
  "text",
  "prompt",
  "question",
  "answer",
  "choices",
  "gold",
  "label",
  "answerKey",
  "messages",
  "role",
  "content",
  "conversations",
  "from",
  "value",
  "instruction",
  "input",
  "output",
  "choice0",
  "choice_a",
  "プロンプト",
  "data",
  "rows",
  "row",
];
const VALUES = [
  '"a"',
  '["a","b"]',
  '{"text":["a","b"],"label":["A","B"]}',
  '[{"role":"user","content":"a"}]',
  '[{"role":"user","content":[{"type":"text","text":"a"}]}]',
  '"A"',
  "0",
  "1",
  '{"toString":1}',
  '[{"type":"image"}]',
];
const LAYOUTS = ["jsonl", "json", "wrapped", "csv", "semicolons", "tabs"] as const;
type Layout = (typeof LAYOUTS)[number];

/**
 * Prompts that people paste. Records that are laid out in one of the formats come back as they were; of a text that was bent, what is
 * read as JSON lines or as one JSON value is what a strict reader finds in each line or in the value; nothing is thrown.
 */
export const prompts: Target = {
  name: "prompts",
  time: { base: 250, perKb: 12 },
  async open() {
    const files = [
      ...filesEnding("prompts", ".jsonl"),
      ...filesEnding("e2e/cases", ".jsonl"),
      ...filesEnding("e2e/cases", ".csv"),
    ]
      .map(readText)
      .map((text) => text.slice(0, 3000));
    const lines = files.flatMap((text) => text.split("\n").slice(0, 10)).filter((line) => readStrictJson(line));
    const seeds = lines.map((line) => jsonOf(JSON.parse(line)));
    return {
      make(random) {
        if (random.oneIn(3))
          return {
            records: JSON.stringify(random.list(1 + random.below(5), () => record(random))),
            layout: random.pick(LAYOUTS),
          };
        const text = random.oneIn(2)
          ? mutateText(
              random,
              random.oneIn(2)
                ? random.pick(files)
                : laidOut(
                    random.list(1 + random.below(4), () => record(random)),
                    random.pick(LAYOUTS),
                  ),
              { words: [...NAMES, ...ODD_TEXTS], others: files, limit: random.oneIn(200) ? 200_000 : 8000 },
            )
          : random
              .list(1 + random.below(4), () =>
                printJson(random, mutateJson(random, random.pick(seeds), { names: NAMES, values: VALUES })),
              )
              .join(random.pick(["\n", "\r\n", "\n\n", "\r"]));
        return { text, said: random.pick(["", "jsonl", "csv", "text"]) };
      },
      async check(input) {
        return "records" in input ? checkRecords(input) : checkText(textOf(input, "text"), textOf(input, "said"));
      },
    };
  },
};

interface PlainRecord {
  readonly text: string;
  readonly answer?: string;
}

function record(random: Random): PlainRecord {
  const words = random.list(1 + random.below(4), () =>
    random.oneIn(3)
      ? random.pick(ODD_TEXTS)
      : random.pick(["What is 2 + 2?", "東京は", "a", "x y", "\n", "\n\n", ", ", '"quoted"', "; "]),
  );
  // In a table white space around a value says nothing.
  const text = `q${words.join(" ")}?`;
  return random.oneIn(2) ? { text } : { text, answer: random.pick(["4", "yes", "[1", "a;b", "1,5", '"', "日本"]) };
}

function laidOut(records: readonly PlainRecord[], layout: Layout): string {
  const names = records.some(({ answer }) => answer !== undefined)
    ? (["text", "answer"] as const)
    : (["text"] as const);
  const rows = [names, ...records.map((one) => names.map((name) => one[name] ?? ""))];
  switch (layout) {
    case "jsonl":
      return records.map((one) => JSON.stringify(one)).join("\n");
    case "json":
      return JSON.stringify(records, null, 1);
    case "wrapped":
      return JSON.stringify({ version: 1, data: records });
    case "csv":
      return csvText(rows, ",", "\n", false);
    case "semicolons":
      return csvText(rows, ";", "\r\n", true);
    case "tabs":
      return csvText(rows, "\t", "\n", false);
  }
}

function checkRecords(input: Input): string {
  const records = readStrictJson(textOf(input, "records"))?.value;
  const layout = LAYOUTS.find((one) => one === textOf(input, "layout"));
  if (!Array.isArray(records) || records.length === 0 || !layout || !records.every(isPlain)) return "not made so"; // while it is made smaller
  const parsed = parsePrompts(laidOut(records, layout), layout === "csv" ? "csv" : undefined);
  ensure(parsed.problems.length === 0, () => `records that are sound have the problem ${parsed.problems[0]?.code}`);
  const wanted = records.map(({ text, answer }) =>
    answer === undefined || answer === "" ? { text } : { text, answer },
  );
  ensure(same(parsed.prompts, wanted), () => `${JSON.stringify(parsed.prompts)} is read of ${JSON.stringify(wanted)}`);
  return ACCEPTED;
}

function isPlain(value: unknown): value is PlainRecord {
  return (
    isObject(value) &&
    typeof value.text === "string" &&
    value.text.trim() !== "" &&
    (value.answer === undefined || typeof value.answer === "string") &&
    Object.keys(value).every((name) => name === "text" || name === "answer")
  );
}

function checkText(text: string, said: string): string {
  const parsed = parsePrompts(text, saidOf(said));
  checkBounds(parsed, text);
  const wanted = strictly(text.replace(/^\ufeff/, ""), parsed.format);
  if (wanted)
    ensure(
      same(parsed.prompts, wanted),
      () =>
        `${JSON.stringify(parsed.prompts).slice(0, 500)} is read where ${JSON.stringify(wanted).slice(0, 500)} stands`,
    );
  const first = parsed.problems[0];
  return parsed.prompts.length > 0 || !first ? `${ACCEPTED} as ${parsed.format}` : first.code;
}

function saidOf(said: string): Exclude<PromptFormat, "json"> | undefined {
  return said === "jsonl" || said === "csv" || said === "text" ? said : undefined;
}

function checkBounds({ prompts, problems }: ParsedPrompts, text: string): void {
  ensure(
    prompts.length <= MAX_PROMPTS && problems.length <= MAX_PROBLEMS + 1,
    () => `${prompts.length} prompts and ${problems.length} problems`,
  );
  for (const { text: asked, answer, choices, gold } of prompts) {
    ensure(typeof asked === "string" && asked.trim() !== "", () => "a prompt has no text");
    ensure(answer === undefined || typeof answer === "string", () => "an answer is no text");
    ensure(
      (choices === undefined) === (gold === undefined),
      () => "choices without the right one, or the right one without choices",
    );
    ensure(
      choices === undefined ||
        (choices.length > 1 && Number.isInteger(gold) && (gold ?? -1) >= 0 && (gold ?? 0) < choices.length),
      () => `choice ${gold} of ${choices?.length}`,
    );
  }
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { code, line, facts, message } of problems) {
    ensure(/^prompts\/[a-z0-9-]+$/.test(code), () => `the code ${code} is none`);
    ensure(Number.isInteger(line) && line >= 1 && line <= lines, () => `${code} stands in line ${line} of ${lines}`);
    ensure(message.length < 4000 && !speaksOfNothing(message, text), () => `${code} says: ${message.slice(0, 300)}`);
    for (const [name, fact] of Object.entries(facts))
      ensure(typeof fact === "string" || !Number.isNaN(fact), () => `the fact ${name} of ${code} is ${String(fact)}`);
  }
}

/** The prompts of a text whose format is known, line by line or as one value; `undefined` where the text is none of these. */
function strictly(text: string, format: PromptFormat): readonly Prompt[] | undefined {
  if (format === "jsonl") {
    const lines = text
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
    if (lines.length < 2) return undefined; // one line may be one value
    return lines.slice(0, MAX_PROMPTS).flatMap((line) => promptOf(readStrictJson(withNull(line))?.value));
  }
  if (format !== "json") return undefined;
  const read = readStrictJson(text);
  return read && Array.isArray(read.value)
    ? read.value
        .slice(0, MAX_PROMPTS)
        .flatMap((item) => promptOf(isObject(item) && isObject(item.row) ? item.row : item))
    : undefined;
}

/** Numbers of Python's stand for nothing. */
function withNull(line: string): string {
  return readStrictJson(line)
    ? line
    : line.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) => (found.startsWith('"') ? found : "null"));
}

function promptOf(value: unknown): readonly Prompt[] {
  const found =
    typeof value === "string" ? readRecord({ text: value }) : isObject(value) ? readRecord(value) : undefined;
  return found && "text" in found && !("code" in found) ? [found] : [];
}
