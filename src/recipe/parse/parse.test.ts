import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../problems/problem";
import { parseRecipe } from "./parse";

const RECIPES = "e2e/golden/merge/recipes";

/** Code, line and column of each problem. */
const places = (text: string) =>
  parseRecipe(text).problems.map(({ code, span }) => `${code} ${span?.line}:${span?.column}`);
const only = (text: string): Problem | undefined => parseRecipe(text).problems[0];

/** The text after the first problem's own edit. */
const mended = (text: string): string => {
  const { fix } = only(text) ?? {};
  return fix ? text.slice(0, fix.from) + fix.insert + text.slice(fix.to) : text;
};

const body = (lines: string) => `merge_method: linear\n${lines}`;
const weightOf = (yaml: string) => {
  const { recipe, problems } = parseRecipe(body(`models: [{model: a, parameters: {weight: ${yaml}}}]`));
  return problems.some(({ severity }) => severity === "error")
    ? problems[0]?.code
    : recipe?.models[0]?.parameters
        .get("weight")
        ?.items.map(({ filter, value }) => (filter === undefined ? value : [filter, value]));
};

describe("parseRecipe", () => {
  it("reads every golden recipe", () => {
    for (const file of readdirSync(RECIPES)) {
      const { recipe, problems } = parseRecipe(readFileSync(`${RECIPES}/${file}`, "utf8"));
      expect(recipe, file).toBeDefined();
      expect(problems, file).toEqual([]);
      expect(recipe?.tokenizer !== undefined, file).toBe(/union|tokenizer/.test(file));
    }
  });

  it("reads whole models", () => {
    const { recipe, problems } = parseRecipe(`merge_method: ties
base_model: lab/base
models:
  - model: lab/a@v2
    parameters: {weight: 0.5, density: [1, 0.2]}
dtype: float32
out_dtype: torch.bfloat16
`);
    expect(problems).toEqual([]);
    expect(recipe).toMatchObject({
      method: { value: "ties", span: { line: 1, column: 15, from: 14, to: 18 } },
      base: { key: "lab/base" },
      models: [{ model: { path: "lab/a", revision: "v2", key: "lab/a@v2" } }],
      dtype: { value: "F32" },
      outDtype: { value: "BF16" },
    });
  });

  it("reads slices", () => {
    const { recipe } = parseRecipe(`merge_method: slerp
slices:
  - base_model: b
    parameters: {t: 0.5}
    sources:
      - {model: a, layer_range: ["0", 2.0]}
      - {model: b, layer_range: [1, 3]}
`);
    expect(recipe?.slices).toMatchObject([
      { base: { key: "b" }, sources: [{ layerRange: { value: [0, 2] } }, { layerRange: { value: [1, 3] } }] },
    ]);
  });

  it.each([
    ["0.4", [0.4]],
    ["true", [1]],
    ["off", [0]],
    ['"0.5"', [0.5]],
    ["1e-3", [0.001]],
    ["010", [8]],
    ["1:30", [90]],
    ["1_000", [1000]],
    [".5", [0.5]],
    ["[0, 0.3, true]", [[0, 0.3, 1]]],
    [
      "[{filter: mlp, value: 0.2}, {value: [1, 0]}]",
      [
        ["mlp", 0.2],
        [1, 0],
      ],
    ],
    ["{filter: mlp, value: 0.2}", [["mlp", 0.2]]],
    ["count", "recipe/setting"],
    ["y", "recipe/setting"],
    ["null", "recipe/setting"],
    [".inf", "recipe/setting"],
    ["[]", "recipe/setting"],
    ["[[0, 1]]", "recipe/setting"],
    ["[{filter: mlp, value: 1}, 0.5]", "recipe/setting"],
    ["[{filter: mlp}]", "recipe/setting"],
    ["[{value: {value: 1}}]", "recipe/setting"],
    ["[{filter: 3, value: 1}]", "recipe/type"],
  ])("reads the setting %s as %j", (yaml, expected) => {
    expect(weightOf(yaml)).toEqual(expected);
  });

  it("unfolds anchors and merge keys; own keys win, earlier merges win", () => {
    const { recipe, problems } = parseRecipe(`merge_method: linear
models:
  - &a {model: a, parameters: &p {weight: 1}}
  - {<<: *a, model: b}
  - model: c
    parameters: {<<: [{x: 2}, *p, {x: 3}], y: 4}
`);
    expect(problems).toEqual([]);
    expect(recipe?.models.map(({ model }) => model.key)).toEqual(["a", "b", "c"]);
    const parameters = recipe?.models[2]?.parameters;
    expect([...(parameters ?? [])].map(([name, { items }]) => [name, items[0]?.value]).toSorted()).toEqual([
      ["weight", 1],
      ["x", 2],
      ["y", 4],
    ]);
    expect(recipe?.models[1]?.parameters.get("weight")?.items[0]?.value).toBe(1);
  });

  it("warns of keys that mergekit ignores, and guesses what was meant", () => {
    expect(only(body("models: [{model: a, layer_range: [0, 2]}]"))).toMatchObject({
      code: "recipe/misplaced-key",
      severity: "warning",
      span: { line: 2, column: 21 },
      facts: { key: "layer_range" },
    });
    const text = body("base-model: a\nmodels: [{model: a}]");
    expect(mended(text)).toBe(text.replace("base-model", "base_model"));
  });

  it("keeps the last of equal keys and says so", () => {
    const { recipe, problems } = parseRecipe("merge_method: linear\nmerge_method: ties\nmodels: [{model: a}]");
    expect(recipe?.method.value).toBe("ties");
    expect(problems).toMatchObject([{ code: "recipe/duplicate-key", severity: "warning", span: { line: 1 } }]);
  });

  it("says where a filter stands outside a list, and reads it", () => {
    expect(only(body("models: [{model: a}]\nparameters: {weight: {filter: x, value: 1}}"))).toMatchObject({
      code: "recipe/bare-filter",
      severity: "note",
      span: { line: 3, column: 22 },
    });
  });

  it.each([
    ["", "recipe/empty 1:1"],
    ["# only words", "recipe/empty 1:1"],
    ["- a", "recipe/type 1:1"],
    ["models: [{model: a}]", "recipe/missing-method 1:1"],
    ["merge_method: 3\nmodels: [{model: a}]", "recipe/type 1:15"],
    ["a: [1\nb: 2", "recipe/yaml 2:1"],
    ["dtype: float32\n---\ndtype: float32\n", "recipe/missing-method 1:1"],
    [`${body("models: [{model: a}]")}\n---\n\ndtype: float32\n`, "recipe/missing-method 5:1"],
    ["merge_method: linear", "recipe/one-of 1:1"],
    [body("models: []"), "recipe/one-of 1:1"],
    [body("models: [{model: a}]\nslices: [{sources: [{model: a, layer_range: [0, 1]}]}]"), "recipe/one-of 3:1"],
    [body("models: a"), "recipe/type 2:9"],
    [body("models:\n  - org/name"), "recipe/bare-model 3:5"],
    [body("models:\n  - parameters: {weight: 1}"), "recipe/missing-model 3:5"],
    [body("models:\n  - model: 1234"), "recipe/type 3:12"],
    [body("models:\n  - model: true"), "recipe/type 3:12"],
    [body("models:\n  - model: a@b@c"), "recipe/reference 3:12"],
    [body("models:\n  - model: a+b+c"), "recipe/reference 3:12"],
    [body('models:\n  - model: ""'), "recipe/reference 3:12"],
    [body("models:\n  - model: {path: a}"), "recipe/unknown-key 3:13"],
    [body("models:\n  - model: a+"), "recipe/reference 3:12"],
    [body("models:\n  - model: {model: a, lora: b@c@d}"), "recipe/reference 3:29"],
    [body("models:\n  - model: {model: a, lora: {revision: v1}}"), "recipe/reference 3:29"],
    [body("slices: [{}]"), "recipe/no-sources 2:10"],
    [body("slices:\n  - sources: []"), "recipe/no-sources 3:5"],
    [body("slices:\n  - sources:\n    - model: a"), "recipe/missing-layer-range 4:7"],
    [body("slices:\n  - sources:\n    - {model: a, layer_range: [0, 1.5]}"), "recipe/layer-range 4:31"],
    [body("slices:\n  - sources:\n    - {model: a, layer_range: [0, 1, 2]}"), "recipe/layer-range 4:31"],
    [body("slices:\n  - sources:\n    - {model: a, layer_range: [0, <<: 1]}"), "recipe/layer-range 4:31"],
    [body("models: [{model: a}]\ndtype: fp16"), "recipe/dtype 3:8"],
    [body("models: [{model: a}]\ndtype: int64"), "recipe/dtype 3:8"],
    [body("models: [{model: a}]\nout_dtype: 16"), "recipe/type 3:12"],
    [body("models: [{model: a}]\ntokenizer_source: 3"), "recipe/type 3:19"],
    [body("models: [{model: a}]\ntokenizer: union"), "recipe/type 3:12"],
    [body("models: [{model: a}]\ntokenizer: {source: }"), "recipe/type 3:21"],
    [body("models: [{model: a}]\ntokenizer: {tokens: [x]}"), "recipe/type 3:21"],
    [body("models: [{model: a}]\ntokenizer: {pad_to_multiple_of: 1.5}"), "recipe/padding 3:33"],
    [body("models: [{model: a}]\ntokenizer: {pad_to_multiple_of: 100000000}"), "recipe/padding 3:33"],
    [body("models: [{model: a}]\nchat_template: 3"), "recipe/type 3:16"],
    [body("modules: {}"), "recipe/one-of 1:1"],
    [body("modules: [a]"), "recipe/type 2:10"],
    [body("modules: {default: a}"), "recipe/type 2:20"],
    [body("modules: {default: {}}"), "recipe/module-one-of 2:11"],
    [
      body("modules: {x: {models: [{model: a}], slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}}"),
      "recipe/module-one-of 2:11",
    ],
    [body("modules: {default: {models: [{model: a}]}}\nmodels: [{model: a}]"), "recipe/one-of 2:1"],
    [body("models: [{model: a}]\nparameters: 3"), "recipe/type 3:13"],
    [body("models: [{<<: 3, model: a}]"), "recipe/merge-key 2:15"],
  ])("finds what is wrong with %j", (text, expected) => {
    expect(places(text)[0]).toBe(expected);
  });

  it.each([
    [
      body("models: [{model: a}]\nparameters: {weight: {filter: *mlp*, value: 1}}"),
      "recipe/unknown-alias 3:31",
      "mlp*",
    ],
    [body("models: [{model: *a}]\nname: &a b"), "recipe/unknown-alias 2:18", "a"],
    [body("models: [&a {model: a}, &a {model: b}]"), "recipe/repeated-anchor 2:28", "a"],
  ])("knows what aliases stand for: %j", (text, expected, name) => {
    expect(places(text)).toEqual([expected]);
    expect(only(text)?.facts.name).toBe(name);
  });

  it("does not take text that begins with an asterisk for nothing", () => {
    const text = body("models: [{model: a, parameters: {weight: [{filter: *mlp, value: 1}]}}]");
    expect(mended(text)).toBe(text.replace("*mlp", '"*mlp"'));
    expect(places(body("models: [{model: a, parameters: {weight: [{filter: *, value: 1}]}}]"))).toEqual([
      "recipe/yaml 2:52",
    ]);
  });

  it.each([
    ["tabs", "merge_method: linear\t# why\nmodels:\n\t- model: a\n", "recipe/blank 1:21"],
    ["full-width spaces", "merge_method: linear\nmodels:\n　- model: a\n", "recipe/blank 3:1"],
    ["a full-width space after a dash", "merge_method: linear\nmodels:\n-　model: a\n", "recipe/blank 3:2"],
    ["a full-width space after a colon", "merge_method:　linear\nmodels: [{model: a}]\n", "recipe/blank 1:14"],
    ["no-break spaces", "merge_method: linear\nmodels:\n\u00a0\u00a0- model: a\n", "recipe/blank 3:1"],
    ["escape codes", "merge_method: linear\u0007\nmodels: [{model: a\u0000}]\n", "recipe/control-character 1:21"],
  ])("shows %s, and changes all of them at once", (_, text, expected) => {
    expect(places(text)).toEqual([expected]);
    expect(parseRecipe(mended(text))).toMatchObject({ recipe: { models: [{ model: { key: "a" } }] }, problems: [] });
  });

  it("leaves blanks in quotes, comments and texts alone", () => {
    const text = "merge_method: linear #\t全角　\nmodels:\n  - model: 'a\t　b'\n説明: |\n  　一\t二\n";
    expect(parseRecipe(text).recipe?.models[0]?.model.key).toBe("a\t　b");
    expect(places(text)).toEqual(["recipe/unknown-key 4:1"]);
  });

  it.each(["\r", "\u0085", "\u2028"])("ends lines where YAML 1.1 does: %j", (end) => {
    const text = `merge_method: linear${end}models:${end}  - model: a+b+c${end}`;
    expect(places(text)).toEqual(["recipe/reference 3:12"]);
  });

  it("refuses tags, which mergekit does not know", () => {
    expect(places(body("models: [{model: !local a}]"))).toEqual(["recipe/yaml 2:18"]);
  });

  it("names models and revisions by what other readers take for numbers", () => {
    const { recipe, problems } = parseRecipe(
      body("models: [{model: .}, {model: {model: {path: e5, revision: 0899}}}]"),
    );
    expect(problems).toEqual([]);
    expect(recipe?.models.map(({ model }) => model.key)).toEqual([".", "e5@0899"]);
  });

  it("takes an empty dtype for none", () => {
    expect(parseRecipe(body('models: [{model: a}]\ndtype: ""'))).toMatchObject({ problems: [] });
  });

  it("says nothing about keys that are there for their anchors", () => {
    const text = body("half: &half {weight: 0.5}\nmodels: [{model: a, parameters: *half}]");
    expect(parseRecipe(text).problems).toEqual([]);
  });

  it("does not offer a key that is there already", () => {
    const text = body("models: [{model: a}]\nparameter: {weight: 1}\nparameters: {weight: 2}");
    expect(only(text)).toMatchObject({ code: "recipe/unknown-key", span: { line: 3 } });
    expect(only(text)?.fix).toBeUndefined();
  });

  it("says what to do about text that is not YAML, once per place", () => {
    expect(parseRecipe('merge_method: linear\nmodels: [{model: "C:\\Users"}]\n').problems).toMatchObject([
      { code: "recipe/yaml", message: expect.stringContaining("single quotes"), span: { line: 2, column: 21 } },
    ]);
    const nested = parseRecipe("merge_method: linear\nbase_model: b\n  - model: a\n").problems;
    expect(new Set(nested.map(({ span }) => span?.from)).size).toBe(nested.length);
    expect(nested[0]?.message).toContain("indented");
  });

  it("reads what is asked of the tokenizer", () => {
    const read = (text: string) => parseRecipe(body(`models: [{model: a}]\n${text}`)).recipe;
    expect(read("tokenizer: {}")?.tokenizer).toMatchObject({ key: "tokenizer", source: "union", tokens: [] });
    expect(read("tokenizer_source: base")?.tokenizer).toMatchObject({ source: "base", span: { line: 3, column: 1 } });
    expect(
      read("tokenizer: {source: org/x, tokens: {<x>: {source: a}}, pad_to_multiple_of: 64}")?.tokenizer,
    ).toMatchObject({
      source: { key: "org/x" },
      tokens: [{ token: "<x>", source: { kind: "model", model: { key: "a" } }, force: false }],
      padToMultipleOf: 64,
    });
    expect(read("chat_template: auto")?.chatTemplate).toMatchObject({ value: "auto" });
    expect(read("tokenizer_source:\nchat_template: ~")).not.toHaveProperty("tokenizer");
  });

  it("has both tokenizer keys as a problem of its own", () => {
    const text = body("models: [{model: a}]\ntokenizer: {}\ntokenizer_source: base");
    expect(places(text)).toContain("recipe/two-tokenizers 4:1");
  });

  it("offers the right name for a dtype", () => {
    expect(only(body("models: [{model: a}]\ndtype: bf16"))?.fix?.insert).toBe("bfloat16");
  });

  it("trims references and reads the mapping forms", () => {
    const { recipe, problems } = parseRecipe(
      body(
        [
          "models:",
          '  - model: " org/a @ v1 "',
          "  - model: {model: x+y, override_architecture: LlamaForCausalLM}",
          "  - model: {model: {path: ./dir@home, revision: v2}}",
        ].join("\n"),
      ),
    );
    expect(problems).toEqual([]);
    expect(recipe?.models.map(({ model }) => [model.path, model.revision, model.overrideArchitecture])).toEqual([
      ["org/a", "v1", undefined],
      ["x+y", undefined, "LlamaForCausalLM"],
      ["./dir@home", "v2", undefined],
    ]);
  });
});

describe("hostile text", () => {
  const word = fc.constantFrom(
    ..."merge_method: |models:|slices:|sources:|- |model: |a@b|[|]|{|}|,|\n|  |    |&a |*a|<<: |*|!!set |? |: |'|\"|#|---\n|...\n|%YAML 1.2\n|!t |1e5|0x|~|layer_range: [0, 1]|parameters:|weight: |filter: |value: |\t|\r\n|\uFEFF|\u2028|# awase: |\\".split(
      "|",
    ),
  );
  const holds = (input: string) => {
    for (const { span, message } of parseRecipe(input).problems) {
      expect(message).not.toBe("");
      expect(span?.from).toBeLessThanOrEqual(span?.to ?? -1);
      expect(span?.to).toBeLessThanOrEqual(input.length);
      expect(span?.line).toBeGreaterThan(0);
    }
  };

  it.each([
    ["long", `merge_method: ${"a".repeat(300_000)}`, "recipe/too-long"],
    ["nested in brackets", `a: ${"[".repeat(5000)}`, "recipe/too-deep"],
    ["nested in dashes", "- ".repeat(5000), "recipe/too-deep"],
    ["nested in keys", "? ".repeat(5000), "recipe/too-deep"],
    ["full of aliases", `a: &a 1\nb: [${"*a, ".repeat(2000)}]`, "recipe/too-many-aliases"],
    [
      "multiplying merges",
      `${Array.from({ length: 12 }, (_, n) => `m${n}: &m${n} {<<: [${Array(10).fill(n ? `*m${n - 1}` : "{k: 1}")}]}`).join("\n")}\nmodels: [*m11]\nmerge_method: linear`,
      "recipe/too-many-entries",
    ],
  ])("%s is refused in time", (_, text, code) => {
    expect(parseRecipe(text).problems.map((problem) => problem.code)).toContain(code);
  });

  it("that stands for itself ends", () => {
    expect(places("&a\nmerge_method: linear\nmodels: [*a]\nparameters: &p\n  weight: [*p]")).toEqual([
      "recipe/alias-cycle 3:10",
      "recipe/alias-cycle 5:12",
    ]);
    expect(places("&a\n<<: *a\nmerge_method: linear\nmodels: [{model: a}]")).toEqual(["recipe/alias-cycle 2:5"]);
  });

  it("that was once a recipe gives problems with places in it, never an exception", () => {
    const recipes = readdirSync(RECIPES).map((file) => readFileSync(`${RECIPES}/${file}`, "utf8"));
    const piece = fc.oneof(
      word,
      fc.constantFrom("on", "010", "1e-3", "~", "<<: 1", "&a [*a]", "!!float", "　", "[[", "\u0000"),
    );
    const change = fc.record({ at: fc.nat(), length: fc.nat({ max: 12 }), insert: piece });
    const mutated = fc
      .tuple(fc.constantFrom(...recipes), fc.array(change, { minLength: 1, maxLength: 4 }))
      .map(([recipe, changes]) =>
        changes.reduce((text, { at, length, insert }) => {
          const from = at % (text.length + 1);
          return text.slice(0, from) + insert + text.slice(from + length);
        }, recipe),
      );
    fc.assert(fc.property(mutated, holds), { numRuns: 1000 });
  });

  it("of any kind gives problems with places in it, never an exception", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(word, { maxLength: 60 }).map((words) => words.join("")),
    );
    fc.assert(fc.property(text, holds), { numRuns: 1000 });
  });
});
