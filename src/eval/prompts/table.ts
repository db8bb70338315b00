import type { UnknownObject } from "../../formats/json";
import type { Prompt } from "../types";
import { type CsvRow, csvRows, type Separator } from "./csv";
import type { Gathered } from "./gathered";
import { type Complaint, noText, openQuote, wrongColumns } from "./promptProblem";
import { readRecord, TEXT_FIELDS } from "./readRecord";

/** What stands between values: RFC 4180's comma, the semicolon of spreadsheets where numbers have a comma, or a tab. */
const SEPARATORS: readonly Separator[] = [",", ";", "\t"];
/** The line with which a spreadsheet is told the separator. */
const SEPARATOR_LINE = /^sep=([,;\t])[ \t]*(?:\r\n|\r|\n|$)/i;
/** A first row that is longer is no list of names. */
const MAX_HEADER_CHARACTERS = 1000;
/** Rows behind the header that are looked at. */
const ROWS_LOOKED_AT = 3;
/** Of the text, as far as these rows go. */
const LOOKED_AT_CHARACTERS = 100_000;

/**
 * Whether a text that nobody called a table is one: its first row names a field that holds prompts, and, where there is more
 * than one column, a row below has as many.
 */
export function looksLikeTable(text: string, leastColumns: number): boolean {
  if (SEPARATOR_LINE.test(text)) return true;
  const separator = separatorOf(text);
  if (separator === undefined) return false;
  const [header, ...rows] = firstRows(text, separator);
  const columns = header?.values.length ?? 0;
  if (columns < leastColumns) return false;
  return columns === 1 || rows.length === 0 || rows.some(({ values, open }) => open || values.length === columns);
}

/** Reads a table with field names in its first row. */
export function readTable(text: string, gathered: Gathered): void {
  const said = SEPARATOR_LINE.exec(text);
  const rows = text.slice(said?.[0].length ?? 0);
  const before = said ? 1 : 0; // lines
  const separator = (said?.[1] as Separator | undefined) ?? separatorOf(rows) ?? ",";
  let header: readonly string[] | undefined;
  for (const row of csvRows(rows, separator)) {
    const line = row.line + before;
    if (row.open) {
      gathered.complain(line, openQuote());
      return; // everything behind the quote is inside of it
    }
    if (header) {
      if (!gathered.take(line, readRow(row, header))) return;
    } else {
      header = row.values.map((name) => name.trim());
      gathered.sawFields(header);
      if (textColumn(header) < 0) {
        gathered.complain(line, noText(header.slice(0, 20), TEXT_FIELDS));
        return;
      }
    }
  }
}

/** The separator with which the first row names a field of prompts; of several the one that gives most columns. */
function separatorOf(text: string): Separator | undefined {
  const columns = (separator: Separator) => {
    const [header] = firstRows(text, separator);
    return header && textColumn(header.values) >= 0 ? header.values.length : 0;
  };
  const best = SEPARATORS.reduce((a, b) => (columns(b) > columns(a) ? b : a));
  return columns(best) > 0 ? best : undefined;
}

function firstRows(text: string, separator: Separator): readonly CsvRow[] {
  const start = text.trimStart();
  const [firstLine = ""] = start.slice(0, MAX_HEADER_CHARACTERS).split(/\r\n|\r|\n/, 1);
  const [header] = csvRows(firstLine, separator);
  if (!header || textColumn(header.values) < 0) return header ? [header] : [];
  const rows: CsvRow[] = [];
  for (const row of csvRows(start.slice(0, LOOKED_AT_CHARACTERS), separator)) {
    rows.push(row);
    if (rows.length > ROWS_LOOKED_AT) break;
  }
  return start.length > LOOKED_AT_CHARACTERS && rows.length <= ROWS_LOOKED_AT ? rows.slice(0, -1) : rows;
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
