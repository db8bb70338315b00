export type Separator = "," | ";" | "\t";

/** A row of values with the line it begins on, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly values: readonly string[];
  /** A quote was opened in it and never closed. */
  readonly open: boolean;
}

/**
 * Rows of separated values: RFC 4180, with any of the line ends in use. In quotes separators and line ends are part of
 * the value and a quote is written twice. Rows without any text are left out.
 */
export function* csvRows(text: string, separator: Separator): Generator<CsvRow> {
  let line = 1;
  let start = 1;
  let values: string[] = [];
  const row = (open = false): CsvRow => ({ line: start, values, open });
  for (let at = 0; at < text.length; ) {
    const { value, end, lines, open } = readValue(text, at, separator);
    values.push(value);
    line += lines;
    if (text[end] === separator) {
      at = end + 1;
      if (at === text.length) values.push(""); // a separator that nothing follows
    } else {
      at = end + (text.startsWith("\r\n", end) ? 2 : 1);
      line++;
    }
    if (text[end] === separator && at < text.length) continue;
    if (open || values.some((one) => one.trim() !== "")) yield row(open);
    values = [];
    start = line;
  }
}

interface Value {
  readonly value: string;
  /** Where it ends: at a separator, a line end or the end of the text. */
  readonly end: number;
  /** Line ends in it. */
  readonly lines: number;
  readonly open: boolean;
}

function readValue(text: string, from: number, separator: Separator): Value {
  if (text[from] !== '"') {
    const end = endOfPlain(text, from, separator);
    return { value: text.slice(from, end), end, lines: 0, open: false };
  }
  const parts: string[] = [];
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      const rest = text.slice(at);
      return { value: parts.join("") + rest, end: text.length, lines: countLines(rest), open: true };
    }
    parts.push(text.slice(at, quote));
    at = quote + 1;
    if (text[at] !== '"') break;
    parts.push('"');
    at++;
  }
  const quotedPart = parts.join("");
  // What stands between the closing quote and the separator belongs to the value, as spreadsheets read it.
  const end = endOfPlain(text, at, separator);
  return { value: quotedPart + text.slice(at, end), end, lines: countLines(quotedPart), open: false };
}

function endOfPlain(text: string, from: number, separator: Separator): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

function countLines(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
