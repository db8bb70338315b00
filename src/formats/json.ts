import { inWords } from "../base/inWords";

/** A JSON object that came from outside. */
export type UnknownObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is UnknownObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The first name that stands twice in one object of a JSON text, at any depth. `JSON.parse` silently keeps the last of
 * them, so two readers may see two different files.
 * @param text valid JSON: parse it first. This only walks over strings and brackets and cannot judge anything else.
 */
export function findDuplicateName(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // names of every object around the position; undefined for an array
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === OPEN_OBJECT) open.push(new Set());
    else if (char === OPEN_ARRAY) open.push(undefined);
    else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) open.pop();
    else if (char === QUOTE) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isName(text, end)) {
        // Parsed, because "a" and "\u0061" are the same name.
        const name = inWords(JSON.parse(text.slice(at, end)));
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end - 1;
    }
  }
  return undefined;
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Position after the closing quote of the string that begins at `start`; the text's end where it is not closed. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at + 1;
    if (char === BACKSLASH) at++;
  }
  return text.length;
}

/** Whether a colon follows: what stands before it is a name, not a value. */
function isName(text: string, from: number): boolean {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++; // JSON knows no other white space than these
  return text.charCodeAt(at) === COLON;
}

/** A name from outside as it may stand in a sentence: quoted, control characters escaped, not endless. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}
