/** A row of values with the line it begins on, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly values: readonly string[];
  /** A quote was opened in it and never closed. */
  readonly open: boolean;
}

/**
 * Rows of comma-separated values: RFC 4180, with any of the line ends in use. In quotes commas and line ends are part of
 * the value and a quote is written twice. Rows without any text are left out.
 */
export function* csvRows(text: string): Generator<CsvRow> {
  let line = 1;
  let start = 1;
  let values: string[] = [];
  const row = (open = false): CsvRow => ({ line: start, values, open });
  for (let at = 0; at < text.length; ) {
    const { value, end, lines, open } = readValue(text, at);
    values.push(value);
    line += lines;
    if (text[end] === ",") {
      at = end + 1;
      if (at === text.length) values.push(""); // a comma that nothing follows
    } else {
      at = end + (text.startsWith("\r\n", end) ? 2 : 1);
      line++;
    }
    if (text[end] === "," && at < text.length) continue;
    if (open || values.some((one) => one.trim() !== "")) yield row(open);
    values = [];
    start = line;
  }
}

/** One value and where it ends: at a comma, a line end or the end of the text. */
function readValue(text: string, from: number): { value: string; end: number; lines: number; open: boolean } {
  if (text[from] !== '"') {
    const end = endOfPlain(text, from);
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
  // What stands between the closing quote and the comma belongs to the value, as spreadsheets read it.
  const end = endOfPlain(text, at);
  return { value: quotedPart + text.slice(at, end), end, lines: countLines(quotedPart), open: false };
}

function endOfPlain(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

function countLines(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
