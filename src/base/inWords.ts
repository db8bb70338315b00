/**
 * A value from outside as text. `String(value)` asks the value itself, and what was read from JSON may answer anything: of
 * `{"toString": 1}` it throws. The rules' test (`src/rules.test.ts`) lets no other way through.
 */
export function inWords(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Array.isArray(value) ? "a list" : "an object"; // nested deeper than calls can go
  }
}
