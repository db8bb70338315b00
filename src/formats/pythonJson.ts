/** Stands for NaN, which no JSON text can give: no file holds this character as it is. */
const NAN = "\u0000NaN";
/** A string, passed over, or one of the numbers that Python writes and JSON does not know. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * JSON as Python's `json` reads it, and transformers with it: `Infinity`, `-Infinity` and `NaN` are numbers, and a byte order mark
 * before the text is none of it.
 * @throws {SyntaxError} as `JSON.parse`
 */
export function parsePythonJson(text: string): unknown {
  const json = text.replace(/^\ufeff/, "");
  if (!/Infinity|NaN/.test(json)) return JSON.parse(json);
  const plain = json.replace(STRING_OR_NUMBER, (found) => {
    if (found.startsWith('"')) return found;
    return found === "NaN" ? JSON.stringify(NAN) : found.replace("Infinity", "1e999");
  });
  return JSON.parse(plain, (_, value: unknown) => (value === NAN ? Number.NaN : value));
}
