import { endOfString } from "./json";

/** Stands for NaN, which no JSON text can give: no file holds this character as it is. */
const NAN = "\u0000NaN";
/** A number that Python writes and JSON does not know. */
const NUMBER = /-?\bInfinity\b|\bNaN\b/g;

/**
 * JSON as Python's `json` reads it, and transformers with it: `Infinity`, `-Infinity` and `NaN` are numbers, and a byte order mark
 * before the text is none of it.
 * @throws {SyntaxError} as `JSON.parse`
 */
export function parsePythonJson(text: string): unknown {
  const json = text.replace(/^\ufeff/, "");
  if (!/Infinity|NaN/.test(json)) return JSON.parse(json);
  return JSON.parse(withJsonNumbers(json), (_, value: unknown) => (value === NAN ? Number.NaN : value));
}

/** Strings are passed over letter by letter: an expression that spans one of some millions overflows the stack. */
function withJsonNumbers(json: string): string {
  const parts: string[] = [];
  for (let from = 0; from < json.length; ) {
    const quote = json.indexOf('"', from);
    const open = quote < 0 ? json.length : quote;
    parts.push(
      json
        .slice(from, open)
        .replace(NUMBER, (found) => (found === "NaN" ? JSON.stringify(NAN) : found.replace("Infinity", "1e999"))),
    );
    from = quote < 0 ? open : endOfString(json, open);
    parts.push(json.slice(open, from));
  }
  return parts.join("");
}
