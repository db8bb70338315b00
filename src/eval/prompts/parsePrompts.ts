import { inWords } from "../../base/inWords";
import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import type { Prompt } from "../types";
import { Gathered } from "./gathered";
import { itemsAt, lineCounter, memberAt, readJson } from "./json";
import { brokenJson, type Complaint, notJson, type PromptProblem, tooLarge } from "./promptProblem";
import { readRecord } from "./readRecord";
import { looksLikeTable, readTable } from "./table";

export { MAX_PROBLEMS, MAX_PROMPTS } from "./gathered";
export type { PromptProblem } from "./promptProblem";

/** Characters of one source. */
export const MAX_SOURCE_CHARACTERS = 16 * 1024 * 1024;

/** How prompts are written down: plain text, a JSON object a line, one JSON value, a table with a header. */
export type PromptFormat = "text" | "jsonl" | "json" | "csv";

export interface ParsedPrompts {
  readonly format: PromptFormat;
  readonly prompts: readonly Prompt[];
  /** One for each fault, in the order of their lines. */
  readonly problems: readonly PromptProblem[];
  /** Names of all fields of a JSON object or a table's header: what a benchmark's own files can be known by. */
  readonly fields: readonly string[];
}

/**
 * Prompts out of a text that was pasted or of a file, whatever it holds; it never throws.
 * - Plain text: where a blank line stands between two texts, paragraphs are prompts; else each line is one.
 * - JSON lines, one JSON value (a list of records or of texts, also inside of an object: `{"data": […]}`) and tables: see
 *   `readRecord` for the fields. A table is separated by commas (RFC 4180), semicolons or tabs, with field names in its first
 *   row.
 * @param said what the file's name says it is; what begins as JSON is read as JSON all the same
 */
export function parsePrompts(source: string, said?: Exclude<PromptFormat, "json">): ParsedPrompts {
  const gathered = new Gathered();
  const text = source.replace(/^\uFEFF/, "");
  const format = said === "csv" ? "csv" : formatOf(text, said);
  if (text.length > MAX_SOURCE_CHARACTERS) {
    gathered.complain(1, tooLarge(text.length, MAX_SOURCE_CHARACTERS));
  } else if (format === "json") readValue(text, gathered);
  else if (format === "jsonl") readLines(text, gathered);
  else if (format === "csv") readTable(text, gathered);
  else readPlain(text, gathered);
  return { format, ...gathered.end() };
}

/**
 * What a text is. JSON is known by its first brackets (a prompt may begin with one, as "[INST]" does, but not with such a
 * pair), a table by a first row that names a field of prompts; everything else is plain text.
 */
export function formatOf(source: string, said?: "text" | "jsonl"): PromptFormat {
  const text = source.replace(/^\uFEFF/, "");
  const start = text.trimStart();
  if (LIST_BEGINS.test(start)) return "json";
  // An object that goes on behind its first line is one value; else there is one on each line.
  if (start.startsWith("{")) {
    if (isJsonLine(start)) return "jsonl";
    return OBJECT_GOES_ON.test(start) || "value" in readJson(start) ? "json" : (said ?? "jsonl");
  }
  if (said === "jsonl") return said;
  // A table of one column may have its header in quotes.
  if (start.startsWith('"') && isJsonLine(start) && !looksLikeTable(text, 1)) return "jsonl";
  // A word alone on the first line of a text is its first prompt.
  return looksLikeTable(text, said === "text" ? 2 : 1) ? "csv" : "text";
}

const LINE_END = /\r\n|\r|\n/;
const OBJECT_GOES_ON = /^\{[ \t]*(?:[\r\n]|.*[[{,:][ \t]*[\r\n])/;
const LIST_BEGINS = /^\[\s*(?:[{"[\]]|null\b)/;

function isJsonLine(start: string): boolean {
  const [line = ""] = start.split(LINE_END, 1);
  return "value" in readJson(line);
}

function readPlain(text: string, gathered: Gathered): void {
  const lines = text.split(LINE_END);
  const paragraphs = hasBlankBetween(lines);
  for (let at = 0; at < lines.length; ) {
    let end = at + 1;
    if (paragraphs) while (end < lines.length && lines[end]?.trim() !== "") end++;
    const prompt = lines.slice(at, end).join("\n").trim();
    if (prompt !== "" && !gathered.take(at + 1, readRecord({ text: prompt }))) return;
    at = end;
  }
}

function hasBlankBetween(lines: readonly string[]): boolean {
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(first, last).some((line) => line.trim() === "");
}

function readLines(text: string, gathered: Gathered): void {
  const lines = text.split(LINE_END);
  const single = lines.filter((line) => line.trim() !== "").length === 1;
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trim(); // of byte order marks too, which files that were joined have inside
    if (trimmed === "") continue;
    const read = readJson(trimmed);
    if (single && "value" in read && wrapped(read.value)) {
      readValue(text, gathered);
      return;
    }
    const found = "value" in read && !Array.isArray(read.value) ? readItem(read.value, gathered) : undefined;
    if (!gathered.take(index + 1, found ?? notJson(trimmed))) return;
  }
}

/** A list of records or texts, or an object that holds one. */
function readValue(text: string, gathered: Gathered): void {
  const read = readJson(text);
  if ("brokenAt" in read) {
    gathered.complain(read.brokenAt, brokenJson());
    return;
  }
  const open = text.search(/\S/);
  const lineAt = lineCounter(text);
  const wrapper = wrapped(read.value);
  const records = wrapper?.records ?? (Array.isArray(read.value) ? read.value : [read.value]);
  const list = wrapper ? memberAt(text, open, wrapper.name) : open;
  const places = Array.isArray(read.value) || wrapper ? itemsAt(text, list ?? open) : [open].values();
  for (const record of records) {
    const line = lineAt(places.next().value ?? text.length);
    const item = isObject(record) && isObject(record.row) ? record.row : record; // rows of Hugging Face's viewer
    const found = readItem(item, gathered);
    if (!gathered.take(line, found ?? notJson(inWords(item)))) return;
  }
}

/** A record, or a text that stands for itself. */
function readItem(item: unknown, gathered: Gathered): Prompt | Complaint | undefined {
  if (typeof item === "string") return readRecord({ text: item });
  if (!isObject(item)) return undefined;
  gathered.sawFields(Object.keys(item));
  return readRecord(item);
}

/** Names under which files keep their list of records. */
const WRAPPERS = "data prompts rows records examples instances items questions samples test validation train".split(
  " ",
);

/** The list inside of an object that is no record itself. */
function wrapped(value: unknown): { readonly name: string; readonly records: readonly unknown[] } | undefined {
  if (!isObject(value)) return undefined;
  for (const name of WRAPPERS) {
    const records = own(value, name);
    if (Array.isArray(records) && !("text" in readRecord(value))) return { name, records };
  }
  return undefined;
}
