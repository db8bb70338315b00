import { isObject, type UnknownObject } from "../../formats/json";
import type { Prompt } from "../types";
import { type CsvRow, csvRows } from "./csv";
import {
  type Complaint,
  moreProblems,
  noText,
  notJson,
  openQuote,
  type PromptProblem,
  tooLarge,
  tooMany,
  wrongColumns,
} from "./promptProblem";
import { readRecord, TEXT_FIELDS } from "./readRecord";

export type { PromptProblem } from "./promptProblem";

/** Characters of one source. */
export const MAX_SOURCE_CHARACTERS = 16 * 1024 * 1024;
export const MAX_PROMPTS = 10_000;
/** Problems listed; what comes after them is only counted. */
export const MAX_PROBLEMS = 100;

/** How prompts are written down: plain text, a JSON object a line, a table with a header. */
export type PromptFormat = "text" | "jsonl" | "csv";

export interface ParsedPrompts {
  readonly format: PromptFormat;
  readonly prompts: readonly Prompt[];
  /** In the order of their lines. */
  readonly problems: readonly PromptProblem[];
  /** Names of all fields of a JSON object or a table's header: what a benchmark's own files can be known by. */
  readonly fields: readonly string[];
}

/**
 * Prompts out of a text that was pasted or of a file, whatever it holds; it never throws.
 * - Plain text: where a blank line stands between two texts, paragraphs are prompts; else each line is one.
 * - JSON lines and tables: see `readRecord` for the fields. A table is comma-separated (RFC 4180) with field names in its
 *   first row.
 * @param format told by the text itself where it is not given
 */
export function parsePrompts(source: string, format: PromptFormat = formatOf(source)): ParsedPrompts {
  const gathered = new Gathered();
  const text = source.replace(/^\uFEFF/, "");
  if (text.length > MAX_SOURCE_CHARACTERS) {
    gathered.complain(1, tooLarge(text.length, MAX_SOURCE_CHARACTERS));
  } else if (format === "jsonl") readLines(text, gathered);
  else if (format === "csv") readTable(text, gathered);
  else readPlain(text, gathered);
  return { format, ...gathered.end() };
}

/** JSON lines begin with a brace; a table's first row names a field that holds prompts; everything else is plain text. */
export function formatOf(source: string): PromptFormat {
  const start = source.replace(/^\uFEFF/, "").trimStart();
  if (start.startsWith("{")) return "jsonl";
  const [firstLine = ""] = start.split(LINE_END, 1);
  const [header] = csvRows(firstLine.slice(0, MAX_HEADER_CHARACTERS));
  return header && textColumn(header.values) >= 0 ? "csv" : "text";
}

/** A first row that is longer is no list of names. */
const MAX_HEADER_CHARACTERS = 1000;

/** Prompts and problems as they are found, within their limits. */
class Gathered {
  readonly #prompts: Prompt[] = [];
  readonly #problems: PromptProblem[] = [];
  readonly #fields = new Set<string>();
  #uncounted: { line: number; count: number } | undefined;

  /** Takes what one part of the source gave. False when no more is taken. */
  take(line: number, found: Prompt | Complaint): boolean {
    if (!("text" in found)) {
      this.complain(line, found);
    } else if (this.#prompts.length === MAX_PROMPTS) {
      this.complain(line, tooMany(MAX_PROMPTS));
      return false;
    } else this.#prompts.push(found);
    return true;
  }

  complain(line: number, complaint: Complaint): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line, ...complaint });
    else if (this.#uncounted) this.#uncounted.count++;
    else this.#uncounted = { line, count: 1 };
  }

  sawFields(names: readonly string[]): void {
    if (this.#fields.size < MAX_FIELDS) for (const name of names.slice(0, MAX_FIELDS)) this.#fields.add(name);
  }

  end(): Omit<ParsedPrompts, "format"> {
    const rest = this.#uncounted ? [{ line: this.#uncounted.line, ...moreProblems(this.#uncounted.count) }] : [];
    return { prompts: this.#prompts, problems: [...this.#problems, ...rest], fields: [...this.#fields] };
  }
}

const LINE_END = /\r\n|\r|\n/;
/** Names of fields that are remembered. */
const MAX_FIELDS = 200;

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
  for (const [index, line] of text.split(LINE_END).entries()) {
    if (line.trim() === "") continue;
    if (!gathered.take(index + 1, readLine(line, gathered))) return;
  }
}

function readLine(line: string, gathered: Gathered): Prompt | Complaint {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return notJson(line.trim());
  }
  if (!isObject(value)) return notJson(line.trim());
  gathered.sawFields(Object.keys(value));
  return readRecord(value);
}

function readTable(text: string, gathered: Gathered): void {
  let header: readonly string[] | undefined;
  for (const row of csvRows(text)) {
    if (row.open) {
      gathered.complain(row.line, openQuote());
      return; // everything behind the quote is inside of it
    }
    if (header) {
      if (!gathered.take(row.line, readRow(row, header))) return;
    } else {
      header = row.values.map((name) => name.trim());
      gathered.sawFields(header);
      if (textColumn(header) < 0) {
        gathered.complain(row.line, noText(header.slice(0, 20), TEXT_FIELDS));
        return;
      }
    }
  }
}

function readRow({ values }: CsvRow, header: readonly string[]): Prompt | Complaint {
  if (values.length !== header.length) return wrongColumns(values.length, header.length);
  const record: UnknownObject = Object.fromEntries(header.map((name, at) => [knownName(name), values[at] ?? ""]));
  return readRecord(record);
}

/** A table's header is written by people: "Question" is `question`. */
function knownName(name: string): string {
  const lower = name.toLowerCase();
  return lower === "answerkey" ? "answerKey" : lower;
}

function textColumn(header: readonly string[]): number {
  const known: readonly string[] = TEXT_FIELDS;
  return header.findIndex((name) => known.includes(knownName(name.trim())));
}
