import { describe, expect, it } from "vitest";
import { factors, testAdapter } from "../../../model/adapters/adapters.testing";
import { toyLlama } from "../../../model/checkpoint.testing";
import type { Model } from "../../../model/model";
import { parseRecipe } from "../../parse/parse";
import { folderReferences, modelReferences } from "../../parse/references";
import { a, b, base, planOf, problem, report, reportWith, tensorOf, toyVocabulary } from "../plan.testing";
import { planFolders, planModels } from "./planModels";

const Q = "model.layers.0.self_attn.q_proj";
const zeros = (count: number) => new Float32Array(count);

/** A change to one query projection of a toy model, trained on `a`. */
function lora(key: string, { outputs = 8, module = Q, trained = "org/a" } = {}): Model {
  const config = { r: 2, lora_alpha: 4, base_model_name_or_path: trained };
  return testAdapter(config, factors(module, [outputs, 2, 8], [zeros(16), zeros(2 * outputs)]), key);
}

const linear = (first: string, second = "b") => `merge_method: linear
models:
  - {model: ${first}, parameters: {weight: 0.5}}
  - {model: ${second}, parameters: {weight: 0.5}}
`;

describe("a model reference with an adapter", () => {
  it.each([
    ["a+l", "a+l", ["a", "l"]],
    ["' a + l '", "a+l", ["a", "l"]],
    ["org/a@v1+org/l@v2", "org/a@v1+org/l@v2", ["org/a@v1", "org/l@v2"]],
    ["{model: org/a@v1, lora: org/l@v2}", "org/a@v1+org/l@v2", ["org/a@v1", "org/l@v2"]],
    ["{model: {path: ./a@b, revision: r}, lora: {path: ./l+m}}", "./a@b@r+./l+m", ["./a@b@r", "./l+m"]],
    ["{model: a, lora: null}", "a", ["a"]],
  ])("%s", (text, key, folders) => {
    const { recipe, problems } = parseRecipe(linear(text));
    expect(problems).toEqual([]);
    expect(recipe?.models[0]?.model.key).toBe(key);
    expect(recipe && folderReferences(recipe).map((folder) => folder.key)).toEqual([...folders, "b"]);
  });

  it("is another input than its model, and than the model with another adapter", () => {
    const { recipe } = parseRecipe(linear("a+l", "a+m"));
    const references = recipe ? modelReferences(recipe) : [];
    expect(new Set(references.map(({ identity }) => identity)).size).toBe(2);
    expect(parseRecipe(linear("a+l", "{model: a, lora: l}")).recipe?.models.map(({ model }) => model.identity)).toEqual(
      [references[0]?.identity, references[0]?.identity],
    );
  });
});

describe("the plan of a recipe with adapters", () => {
  const models = [a, b, lora("l"), lora("m")];

  it("reads the adapted model, of which it says what it is made of", () => {
    const plan = planOf(linear("a+l", "a+m"), models);
    expect(plan.models).toMatchObject([
      { key: "a+l", adapted: { model: { key: "a" }, adapter: { key: "l" } } },
      { key: "a+m", adapted: { model: { key: "a" }, adapter: { key: "m" } } },
    ]);
    expect(planFolders(plan).map(({ key }) => key)).toEqual(["a", "l", "m"]);
    expect(tensorOf(plan, `${Q}.weight`)).toMatchObject({
      inputs: [
        { model: "a+l", bytes: 4 * (64 + 16 + 16) },
        { model: "a+m", bytes: 4 * (64 + 16 + 16) },
      ],
    });
    const read = planModels(plan, new Map(models.map((model) => [model.key, model])));
    expect([...read.keys()]).toEqual(["a", "b", "l", "m", "a+l", "a+m"]);
  });

  it("takes tokenizer and config from the folder of the model", () => {
    const plan = planOf(linear("a+l"), models);
    expect(plan.config).toMatchObject({ architectures: ["LlamaForCausalLM"] });
    expect(plan.sideFiles).toContainEqual(expect.objectContaining({ path: "tokenizer.json", model: "a+l" }));
    const { problems } = reportWith(linear("a+l"), models, { a: toyVocabulary(16), b: toyVocabulary(16) });
    expect(problems).toEqual([]);
  });

  it("an adapter in the place of a model: it is said where it belongs, and one click puts it there", () => {
    const recipe = linear("l");
    const found = problem("plan/adapter-alone", recipe, models);
    expect(found).toMatchObject({
      severity: "error",
      span: { line: 3 },
      facts: { model: "l", base: "org/a", meant: "a+l" },
    });
    const { from = 0, to = 0, insert = "" } = found?.fix ?? {};
    expect(report(recipe.slice(0, from) + insert + recipe.slice(to), models).problems).toEqual([]);
    const unknown = problem("plan/adapter-alone", recipe, [b, lora("l", { trained: "org/else" })]);
    expect(unknown?.fix).toBeUndefined();
    expect(unknown?.message).toContain("`org/else+l`");
  });

  it("a model in the place of an adapter", () => {
    expect(problem("plan/not-an-adapter", linear("a+base"), [a, b, base])).toMatchObject({ facts: { model: "base" } });
  });

  it("what is missing is named, model or adapter", () => {
    expect(problem("plan/model-missing", linear("a+nothing"), models)).toMatchObject({ facts: { model: "nothing" } });
    expect(problem("plan/model-missing", linear("nothing+l"), models)).toMatchObject({ facts: { model: "nothing" } });
  });

  it("an adapter that was made for a larger model: both shapes are said", () => {
    expect(problem("plan/adapter-shape", linear("a+l"), [a, b, lora("l", { outputs: 9 })])).toMatchObject({
      severity: "error",
      tensor: `${Q}.weight`,
      facts: { adapter: "l", model: "a", found: "[9, 8]", expected: "[8, 8]" },
    });
    const deeper = lora("l", { module: "model.layers.9.self_attn.q_proj" });
    expect(problem("plan/adapter-lacks", linear("a+l"), [a, b, deeper])).toMatchObject({
      facts: { model: "a", found: "[8, 8]" },
    });
  });

  it("an adapter that was trained on another model of the same size: a note", () => {
    const other = lora("l", { trained: "/home/me/models/Other-7B/" });
    const found = report(linear("a+l"), [a, b, other]);
    expect(found.plan).toBeDefined();
    expect(found.problems).toMatchObject([{ code: "plan/adapter-base", severity: "note", facts: { model: "a" } }]);
    expect(report(linear("a+l"), [a, b, lora("l", { trained: "/tmp/A" })]).problems).toEqual([]);
  });

  it("of a tied model whose head is changed writes the head, and a config that says so", () => {
    const tied = toyLlama("a", { head: false });
    const head = testAdapter(
      { r: 2, base_model_name_or_path: "a" },
      factors("lm_head", [16, 2, 8], [zeros(16), zeros(32)]),
    );
    const plan = planOf("merge_method: passthrough\nmodels: [{model: a+l}]\n", [tied, head]);
    expect(tensorOf(plan, "lm_head.weight")).toMatchObject({ shape: [16, 8] });
    expect(plan.config.tie_word_embeddings).toBe(false);
  });
});

it("FIX 1.5: blanks around `+` are no part of the names", () => {
  expect(parseRecipe(linear("'a + l'")).recipe?.models[0]?.model).toMatchObject({ path: "a", adapter: { path: "l" } });
});

it("MATCH 1.5: two adapters behind one model are refused, as mergekit does", () => {
  expect(parseRecipe(linear("a+l+m")).problems).toMatchObject([
    { code: "recipe/reference", facts: { reason: "adapters" } },
  ]);
});
