import { describe, expect, it } from "vitest";
import { parseRecipe } from "./parse/parse";
import { MAX_PROBLEMS } from "./problems/fewProblems";

const METHOD = "merge_method: linear\n";

/** Codes with how often each is listed, and how long all of it is. */
function found(text: string) {
  const start = performance.now();
  const { problems } = parseRecipe(text);
  const codes = new Map<string, number>();
  for (const { code } of problems) codes.set(code, (codes.get(code) ?? 0) + 1);
  return {
    codes: Object.fromEntries(codes),
    problems,
    characters: JSON.stringify(problems).length,
    seconds: (performance.now() - start) / 1000,
  };
}

/** Far more than it takes, far less than what these took. */
const SECONDS = 60;

describe("a recipe that was written to be too much", () => {
  it.each([
    ["brackets that are never closed", "[".repeat(260_000), "recipe/too-deep"],
    ["brackets that are closed at once", "[]".repeat(130_000), "recipe/yaml"],
    ["closing brackets alone", "]".repeat(260_000), "recipe/yaml"],
    ["quotes", '"'.repeat(260_000), "recipe/yaml"],
    ["dashes in dashes", "- ".repeat(130_000), "recipe/too-deep"],
    ["directives", "%\n".repeat(130_000), "recipe/yaml"],
    ["documents", "---\n".repeat(65_000), "recipe/multiple-documents"],
    ["one key again and again", "a: 1\n".repeat(50_000), "recipe/duplicate-key"],
    ["a hundred thousand models", `${METHOD}models: [${"a,".repeat(120_000)}]`, "recipe/too-many-entries"],
    ["unknown keys", METHOD + Array.from({ length: 20_000 }, (_, k) => `k${k}: 1\n`).join(""), "recipe/unknown-key"],
  ])("may hold %s", (_, text, code) => {
    const { codes, characters, seconds } = found(text);
    expect(codes).toHaveProperty([code]);
    expect(characters).toBeLessThan(100_000);
    expect(seconds).toBeLessThan(SECONDS);
  });

  it("may merge lists of lists of what is no mapping: 4.6 kB gave 1.4 million problems", () => {
    const list = `x: &x [${"1,".repeat(1000)}]\n`;
    const { codes, characters, seconds } = found(`${METHOD}${list}models: [{model: a, ${"<<: *x, ".repeat(999)}}]`);
    expect(codes).toMatchObject({ "recipe/merge-key": MAX_PROBLEMS, "recipe/more-problems": 1 });
    expect(characters).toBeLessThan(50_000);
    expect(seconds).toBeLessThan(SECONDS);
  });

  it("may multiply a mapping or a list by aliases of aliases", () => {
    const tower = (first: string, floor: (below: string) => string) =>
      `${METHOD}a0: &a0 ${first}\n${Array.from({ length: 18 }, (_, k) => `a${k + 1}: &a${k + 1} ${floor(`*a${k}`)}\n`).join("")}`;
    const mappings = tower("{x: 1}", (below) => `{<<: [${below}, ${below}, ${below}]}`);
    expect(found(`${mappings}models: [{<<: *a18, model: a}]`).characters).toBeLessThan(50_000);
    const list = `${METHOD}x: &x [${"0,".repeat(50_000)}]\n`;
    const weights = "{model: a, parameters: {weight: *x}},".repeat(900);
    expect(found(`${list}models: [${weights}]`)).toMatchObject({
      codes: { "recipe/too-many-entries": 1 },
      seconds: expect.any(Number),
    });
  });

  it("may quote a text of two hundred thousand characters in every problem", () => {
    const { characters } = found(`${METHOD}x: &x ${"y".repeat(200_000)}\nmodels: [${"*x,".repeat(900)}]`);
    expect(characters).toBeLessThan(120_000);
  });
});

it("of many problems the first of each severity are listed, the others counted where they begin", () => {
  const { problems } = found(METHOD + Array.from({ length: 150 }, (_, k) => `k${k}: 1\n`).join(""));
  const more = problems.filter(({ code }) => code === "recipe/more-problems");
  expect(problems.filter(({ severity }) => severity === "warning").length).toBe(MAX_PROBLEMS + 1);
  expect(more).toMatchObject([{ severity: "warning", facts: { count: 50 }, span: { line: MAX_PROBLEMS + 2 } }]);
  expect(more[0]?.message).toContain("50 more warnings");
  expect(problems.some(({ severity }) => severity === "error")).toBe(true); // none is displaced by warnings
});
