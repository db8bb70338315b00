/** White space as Python's `str.isspace` has it; JavaScript's takes the byte order mark and leaves the separators out. */
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const IS_SPACE = new RegExp(`^[${SPACE}]$`);

export const WORDS = new RegExp(`[^${SPACE}]+`, "g");

export function isSpace(character: string): boolean {
  return IS_SPACE.test(character);
}

/** UTF-16 units of white space at the beginning of a text. */
export function leadingSpace(text: string): number {
  let count = 0;
  while (count < text.length && isSpace(text[count] ?? "")) count++;
  return count;
}

/** UTF-16 units of white space at the end of a text. */
export function trailingSpace(text: string): number {
  let count = 0;
  while (count < text.length && isSpace(text[text.length - 1 - count] ?? "")) count++;
  return count;
}

/** Lines as `str.splitlines` cuts them. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let from = 0;
  for (const end of text.matchAll(LINE_ENDS)) {
    const behind = end.index + end[0].length;
    lines.push(text.slice(from, keepEnds ? behind : end.index));
    from = behind;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines for Python
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
