import { describe, expect, it } from "vitest";
import { en } from "./en/words";
import { ja } from "./ja/words";

/** `panel.key` → text, functions called with sample arguments. */
function leaves(messages: object, path = ""): [string, string][] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) => {
    const at = path ? `${path}.${key}` : key;
    if (typeof value === "function") return [[at, String(value(3, 7, 9))] as [string, string]];
    if (typeof value === "object" && value !== null) return leaves(value, at);
    return [[at, String(value)] as [string, string]];
  });
}

/** Words that are the same in both languages. */
const SAME = new Set([
  "run.webgpu",
  "run.cpu",
  "run.wasm",
  "recipe.text",
  "measure.columns.divergence",
  "charts.shortNames.divergence",
  "compare.jsonl",
  "compare.markdown",
]);

describe("languages", () => {
  const english = leaves(en);
  const japanese = new Map(leaves(ja));

  it("have the same keys", () => {
    expect([...japanese.keys()].sort()).toEqual(english.map(([key]) => key).sort());
  });

  it("leave nothing empty, and nothing untranslated", () => {
    for (const [key, text] of english) {
      expect(text, key).not.toBe("");
      expect(japanese.get(key), key).not.toBe("");
      if (!SAME.has(key)) expect(japanese.get(key), key).not.toBe(text);
    }
  });

  it("have no words that nobody says", () => {
    const components = import.meta.glob<string>("/src/app/**/*.{ts,tsx}", {
      query: "?raw",
      import: "default",
      eager: true,
    });
    const source = Object.entries(components)
      .filter(([path]) => !path.includes("/i18n/"))
      .map(([, text]) => text)
      .join("\n");
    const groups = Object.entries(en).flatMap(([panel, words]) =>
      typeof words === "string" ? [] : Object.keys(words).map((key) => `.${panel}.${key}`),
    );
    const saidElsewhere = [".failure.unknown"]; // by the sentences of errors, beside these words
    expect(groups.filter((key) => !source.includes(key) && !saidElsewhere.includes(key))).toEqual([]);
  });

  it("put every argument into both sentences", () => {
    for (const [key, text] of english) {
      const digits = (sentence = "") => [...sentence.matchAll(/[379]/g)].map(String).sort();
      expect(digits(japanese.get(key)), key).toEqual(digits(text));
    }
  });
});
