import { describe, expect, it } from "vitest";
import { parseRecipe } from "../parse/parse";
import type { Problem } from "../problems/problem";

const only = (text: string): Problem => {
  const { problems } = parseRecipe(text);
  expect(problems.map(({ code }) => code)).toHaveLength(1);
  return problems[0] ?? expect.fail("no problem");
};

const fixed = (text: string, { fix } = only(text)): string => {
  if (!fix) return expect.fail("no fix");
  return text.slice(0, fix.from) + fix.insert + text.slice(fix.to);
};

const PLAIN = `merge_method: linear
models:
  - model: a
    parameters: {weight: 0.5, density: 0.3}
  - model: "b"
    parameters: {weight: 0.5}
`;

describe("I typed my recipe with a Japanese keyboard", () => {
  it.each<[string, string, string]>([
    ["：", "a colon after a key", PLAIN.replace("merge_method: ", "merge_method：")],
    ["：", "all colons", PLAIN.replaceAll(": ", "：").replace("models:", "models：")],
    ["：", "a colon and a blank", PLAIN.replace("model: a", "model： a")],
    ["：", "a colon inside of braces", PLAIN.replace("{weight: 0.5, d", "{weight：0.5, d")],
    ["，", "a comma between numbers", PLAIN.replace("0.5, density", "0.5，density")],
    ["、", "a Japanese comma", PLAIN.replace("0.5, density", "0.5、density")],
    ["｛", "braces", PLAIN.replace("{weight: 0.5}", "｛weight: 0.5｝")],
    ["“", "quotes that a word processor made", PLAIN.replace('"b"', "“b”")],
    ["＂", "wide quotes", PLAIN.replace('"b"', "＂b＂")],
    ["－", "a dash of a list", PLAIN.replace("  - model: a", "  － model: a")],
    ["０．５", "digits", PLAIN.replace("0.5, d", "０．５, d")],
    ["＃", "a comment", `＃ my first merge\n${PLAIN}`],
  ])("%s: %s is pointed at, and one press mends it", (sign, _, text) => {
    const problem = only(text);
    expect(problem).toMatchObject({ code: "recipe/wide-mark", severity: "error", facts: { found: sign } });
    expect(text.slice(problem.span?.from, problem.span?.to)).toContain(sign);
    const mended = fixed(text);
    expect(parseRecipe(mended)).toMatchObject({ problems: [], recipe: { models: [{}, {}] } });
    expect(parseRecipe(mended).recipe?.models.map(({ model }) => model.key)).toEqual(["a", "b"]);
  });

  it("a range in wide brackets with wide digits becomes a range", () => {
    const text =
      "merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n        layer_range: ［０，８］\n";
    expect(fixed(text)).toBe(text.replace("［０，８］", "[0, 8]"));
  });

  it.each([
    "merge_method: passthrough\nmodels: [{model: モデル：新}]\n",
    "merge_method: passthrough\nmodels: [{model: 実験（１）、その２}]\n",
    'merge_method: passthrough\nmodels: [{model: "“a”"}] # ：は全角\n',
    "merge_method: passthrough\nmodels:\n  - model: a–b • c\n",
  ])("signs in names, quotes and comments are left alone: %j", (text) => {
    expect(parseRecipe(text).problems).toEqual([]);
  });
});

describe("I pasted from a model card or a chat:", () => {
  it.each([
    `\`\`\`yaml\n${PLAIN}\`\`\`\n`,
    `\`\`\`\n${PLAIN}\`\`\``,
    `~~~yml\n${PLAIN}~~~\n`,
    `The following configuration was used:\n\n\`\`\`yaml\n${PLAIN}\`\`\`\n\n## Usage\n\n\`\`\`python\n!pip install x\n\`\`\`\n`,
    `---\nbase_model: [a]\nlibrary_name: transformers\n---\n# Card\n\n\`\`\`yaml\n${PLAIN}\`\`\`\n`,
    `\`\`\`sh\nmergekit-yaml a.yml out\n\`\`\`\n\n\`\`\`yaml\n${PLAIN}\`\`\`\n`,
    `${PLAIN}\`\`\`\n`,
    `\`\`\`yaml\n${PLAIN}`,
  ])("only the recipe inside of the fence is kept: %j", (text) => {
    expect(only(text)).toMatchObject({ code: "recipe/fence", severity: "error" });
    expect(fixed(text)).toBe(PLAIN);
  });

  it.each([
    "mergekit-yaml config.yml ./out --cuda",
    "!mergekit-yaml config.yaml merge",
    "$ HF_HOME=/x mergekit-tokensurgeon a b c",
  ])("%s is called a command line", (text) =>
    expect(only(text)).toMatchObject({
      code: "recipe/command",
      facts: { program: expect.stringMatching(/^mergekit-/) },
    }),
  );
});

describe("what mergekit's other programs read is called by its name:", () => {
  it.each([
    ["evolve", "genome:\n  models: [a, b]\n  merge_method: dare_ties\ntasks: [{name: x}]\n"],
    ["card", "license: apache-2.0\nlibrary_name: transformers\nbase_model: [a, b]\n"],
    ["adapter", "peft_type: LORA\nbase_model_name_or_path: a\n"],
  ])("%s", (kind, text) => {
    expect(only(text)).toMatchObject({ code: "recipe/foreign", severity: "error", facts: { kind } });
  });

  it("and a recipe with a key of theirs stays a recipe", () => {
    const { recipe, problems } = parseRecipe(`${PLAIN}license: mit\ntags: [merge]\n`);
    expect(recipe?.models).toHaveLength(2);
    expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
  });
});

it.each([
  "merge_method: linear\nmodels:\n  - model: a\n    parameters: &p {weight: 0.5, x: *p}\n",
  "merge_method: linear\nmodels: &m\n  - *m\n",
  "a: &a\n  b: &b\n    - c: [*a]\n",
])("a value that holds itself is called a cycle: %j", (text) => {
  expect(only(text)).toMatchObject({
    code: "recipe/alias-cycle",
    severity: "error",
    span: { from: text.indexOf("*") },
  });
});
