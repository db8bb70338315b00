import { describe, expect, it } from "vitest";
import { type Sentences, sentence } from "../../base/sentences";
import { afterwards } from "./ja/afterwards";
import { atFirst } from "./ja/japanese";

const japanese = { ...atFirst, ...afterwards };

/** Every catalogue of English sentences in the house; those of the command line are said in English alone. */
const catalogues = import.meta.glob<Record<string, unknown>>(
  [
    "/src/**/failures.ts",
    "/src/hub/errors.ts",
    "/src/recipe/problems/*.ts",
    "/src/merge/findings.ts",
    "!/src/app/**",
    "!/src/cli/**",
  ],
  { eager: true },
);

const english: readonly (readonly [string, Sentences])[] = Object.entries(catalogues).flatMap(([path, module]) =>
  Object.entries(module).flatMap(([name, value]) =>
    typeof value === "object" && value !== null ? [[`${path} ${name}`, value as Sentences] as const] : [],
  ),
);

/** Facts that sentences of both languages say in words of their own, or of which one needs no mention in Japanese. */
const OTHERWISE: ReadonlySet<string> = new Set([
  // another sentence, in English
  "guard/whole-recipe reason",
  "guard/not-expressible message",
  "recipe/invalid message",
]);

/** The facts that a sentence asks for. Any value will do: a part that was chosen by one is looked at as it comes. */
function asked(sentences: Sentences, code: string): ReadonlySet<string> {
  const names = new Set<string>();
  const facts = new Proxy(
    {},
    {
      get(_, name) {
        names.add(String(name));
        const text = `«${String(name)}»`;
        return Object.assign(new String(text), { toPrecision: () => text, toFixed: () => text });
      },
    },
  );
  expect(sentence(sentences, code, facts)).not.toMatch(/\[object/);
  return names;
}

describe.each(english)("%s", (_, sentences) => {
  it.each(Object.keys(sentences))("%s is said in Japanese, with its facts", (code) => {
    const own = [japanese.problems, japanese.failures, japanese.notes, japanese.fixes].filter((each) => code in each);
    expect(own.length).toBeGreaterThan(0);
    const said = new Set(own.flatMap((each) => [...asked(each, code)]));
    const missing = [...asked(sentences, code)].filter((name) => !said.has(name) && !OTHERWISE.has(`${code} ${name}`));
    expect(missing).toEqual([]);
  });
});

it("finds them all", () => {
  expect(english.length).toBeGreaterThanOrEqual(8);
});
