/**
 * JSON as Python writes it: `NaN`, `Infinity` and `-Infinity`, for which JSON has no word, are read as null.
 * @returns the value; or the line, from 1, at which the text stops being JSON
 */
export function readJson(text: string): { readonly value: unknown } | { readonly brokenAt: number } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    const plain = withoutNan(text);
    try {
      return { value: JSON.parse(plain) };
    } catch (error) {
      const position = /position (\d+)/.exec(String(error))?.[1];
      return { brokenAt: lineCounter(plain)(position === undefined ? text.length : Number(position)) };
    }
  }
}

/** The text with what is no number of JSON's, outside of strings, written as null. */
function withoutNan(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { at, end } of strings(text)) {
    parts.push(text.slice(from, at).replace(NOT_A_NUMBER, "null"), text.slice(at, end));
    from = end;
  }
  return parts.join("") + text.slice(from).replace(NOT_A_NUMBER, "null");
}

const NOT_A_NUMBER = /-?\b(?:NaN|Infinity)\b/g;

function* strings(text: string): Generator<{ readonly at: number; readonly end: number }> {
  for (let at = text.indexOf('"'); at >= 0; ) {
    const end = endOfString(text, at);
    yield { at, end };
    at = text.indexOf('"', end);
  }
}

function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\") at++;
  }
  return text.length;
}

/**
 * Where the items of a list, or the names of an object, begin.
 * @param text valid JSON, apart from NaN
 * @param open position of the bracket
 */
export function* itemsAt(text: string, open: number): Generator<number> {
  let inItem = false;
  for (let at = open + 1, depth = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (depth === 0 && (char === "]" || char === "}")) return;
    if (depth === 0 && char === ",") inItem = false;
    else if (!inItem && !/\s/.test(char)) {
      inItem = true;
      yield at;
    }
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth--;
  }
}

/** Where the value of a name begins, in the object that opens at `open`. */
export function memberAt(text: string, open: number, name: string): number | undefined {
  for (const at of itemsAt(text, open)) {
    const end = endOfString(text, at);
    if (JSON.parse(text.slice(at, end)) !== name) continue;
    const colon = text.indexOf(":", end);
    return colon + 1 + text.slice(colon + 1).search(/\S/);
  }
  return undefined;
}

/** Lines of positions that are asked for in ascending order, from 1. */
export function lineCounter(text: string): (at: number) => number {
  let [line, counted] = [1, 0];
  return (at) => {
    for (; counted < at; counted++) {
      const char = text[counted];
      if (char === "\n" || (char === "\r" && text[counted + 1] !== "\n")) line++;
    }
    return line;
  };
}
