import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRecipe } from "../../parse/parse";
import { addModel, removeModel, setBase, setDType, setMethod, setOutDType, setParameter } from "./edit";

const RECIPE = `# My first merge
merge_method: ties   # votes per weight

base_model: "lab/base"   # the common ancestor
models:
  # the poet
  - model: lab/poet
    parameters:
      weight: 0.4     # not too much
      density: [0.2, 0.9]
  - {model: lab/coder, parameters: {weight: 0.6}} # flow style

  - model: lab/last
# end
dtype: float32
`;

const WITHOUT_COMMENTS = (text: string) => text.match(/#.*/g);

describe("edits of the recipe's text", () => {
  it("changes the method and nothing else", () => {
    expect(setMethod(RECIPE, "dare_ties")).toBe(RECIPE.replace("merge_method: ties", "merge_method: dare_ties"));
  });

  it("changes, adds and removes the base", () => {
    expect(setBase(RECIPE, "lab/other")).toBe(RECIPE.replace('"lab/base"', "lab/other"));
    const without = setBase(RECIPE, undefined);
    expect(without).toBe(RECIPE.replace('base_model: "lab/base"   # the common ancestor\n', ""));
    expect(setBase(without, "lab/base@v1")).toBe(`${without}base_model: lab/base@v1\n`);
  });

  it("sets a parameter of a model in block style", () => {
    expect(setParameter(RECIPE, { model: 0 }, "weight", 0.45)).toBe(RECIPE.replace("weight: 0.4 ", "weight: 0.45 "));
    expect(setParameter(RECIPE, { model: 0 }, "density", [1, 0.5])).toBe(RECIPE.replace("[0.2, 0.9]", "[1, 0.5]"));
    expect(setParameter(RECIPE, { model: 0 }, "gamma", 0.01)).toBe(
      RECIPE.replace("density: [0.2, 0.9]\n", "density: [0.2, 0.9]\n      gamma: 0.01\n"),
    );
  });

  it("sets a parameter of a model in flow style", () => {
    expect(setParameter(RECIPE, { model: 1 }, "weight", 1)).toBe(RECIPE.replace("weight: 0.6", "weight: 1"));
    expect(setParameter(RECIPE, { model: 1 }, "density", 0.5)).toBe(
      RECIPE.replace("{weight: 0.6}", "{weight: 0.6, density: 0.5}"),
    );
  });

  it("makes the mapping that a parameter needs", () => {
    expect(setParameter(RECIPE, { model: 2 }, "weight", 0.3)).toBe(
      RECIPE.replace("- model: lab/last\n", "- model: lab/last\n    parameters:\n      weight: 0.3\n"),
    );
    expect(setParameter(RECIPE, "recipe", "normalize", true)).toBe(`${RECIPE}parameters:\n  normalize: true\n`);
  });

  it("removes a parameter, and its mapping when it was the last", () => {
    expect(setParameter(RECIPE, { model: 0 }, "weight", undefined)).toBe(
      RECIPE.replace("      weight: 0.4     # not too much\n", ""),
    );
    expect(setParameter(RECIPE, { model: 1 }, "weight", undefined)).toBe(
      RECIPE.replace("{model: lab/coder, parameters: {weight: 0.6}}", "{model: lab/coder}"),
    );
    expect(setParameter(RECIPE, "recipe", "normalize", undefined)).toBe(RECIPE);
  });

  it("replaces a setting of many lines by a number", () => {
    const filters = "parameters:\n  t:\n    - filter: mlp\n      value: 1\n    - value: 0.5\n# after\ndtype: float32\n";
    expect(setParameter(filters, "recipe", "t", 0.5)).toBe("parameters:\n  t: 0.5\n# after\ndtype: float32\n");
  });

  it("adds and removes models", () => {
    expect(addModel(RECIPE, "lab/new")).toBe(
      RECIPE.replace("- model: lab/last\n", "- model: lab/last\n  - model: lab/new\n"),
    );
    expect(removeModel(RECIPE, { model: 1 })).toBe(
      RECIPE.replace("  - {model: lab/coder, parameters: {weight: 0.6}} # flow style\n", ""),
    );
    expect(addModel("merge_method: linear\nmodels: [{model: a}]\n", "b")).toBe(
      "merge_method: linear\nmodels: [{model: a}, {model: b}]\n",
    );
    expect(addModel("merge_method: linear\n", "b")).toBe("merge_method: linear\nmodels:\n  - model: b\n");
    expect(addModel("merge_method: linear\nmodels: []\n", "b")).toBe("merge_method: linear\nmodels: [{model: b}]\n");
  });

  it("begins a recipe in an empty text, keeping a comment", () => {
    expect(setMethod("", "linear")).toBe("merge_method: linear\n");
    expect(setMethod("# to do", "linear")).toBe("# to do\nmerge_method: linear\n");
  });

  it("quotes what YAML would read as something else", () => {
    const model = "on";
    const text = addModel("merge_method: linear\n", model);
    expect(parseRecipe(text).recipe?.models[0]?.model.key).toBe("on");
    expect(setParameter("merge_method: linear\n", "recipe", "eps", 1e-7)).toContain("eps: 1.0e-7");
  });

  it("keeps Windows line ends", () => {
    expect(setOutDType("merge_method: linear\r\ndtype: float32\r\n", "bfloat16")).toBe(
      "merge_method: linear\r\ndtype: float32\r\nout_dtype: bfloat16\r\n",
    );
  });

  it("fills a key that has no value", () => {
    expect(setDType("merge_method: linear\ndtype:   # later\nmodels: [{model: a}]\n", "float16")).toBe(
      "merge_method: linear\ndtype: float16   # later\nmodels: [{model: a}]\n",
    );
  });

  it("writes through anchors without changing what else they stand for", () => {
    const anchored =
      "merge_method: linear # m\nmodels:\n  - model: a\n    parameters: &p\n      weight: 0.5\n  - model: b\n    parameters: *p\n";
    const text = setParameter(anchored, { model: 0 }, "weight", 0.7);
    expect(text).toBe(anchored.replace("0.5", "0.7"));
  });

  describe("with aliases", () => {
    const lent = `merge_method: linear # m
models:
  - model: a
    parameters: &p
      weight: 0.5
      density: 0.2
  - model: b
    parameters: *p
  - {model: c, <<: {parameters: *p}}
`;
    const parametersOf = (text: string) =>
      parseRecipe(text).recipe?.models.map(({ parameters }) =>
        Object.fromEntries([...parameters].map(([name, { items }]) => [name, items[0]?.value])),
      );
    const all = { weight: 0.5, density: 0.2 };

    it.each([1, 2])("changes what is lent to model %i there alone, and loses nothing", (model) => {
      const expected = [all, all, all].map((own, at) => (at === model ? { ...own, weight: 0.7 } : own));
      const text = setParameter(lent, { model }, "weight", 0.7);
      expect(parametersOf(text)).toEqual(expected);
      expect(WITHOUT_COMMENTS(text)).toEqual(["# m"]);
      expect(parametersOf(setParameter(lent, { model }, "weight", undefined))?.[model]).toEqual({ density: 0.2 });
    });

    it("keeps what the others stand for when the marked place goes", () => {
      expect(parametersOf(removeModel(lent, { model: 0 }))).toEqual([all, all]);
    });

    it("adds to a list that is lent", () => {
      const text = addModel("merge_method: linear\nold: &m [{model: a}]\nmodels: *m\n", "b");
      expect(parseRecipe(text).recipe?.models.map(({ model }) => model.key)).toEqual(["a", "b"]);
    });

    it("that stand for themselves, or multiply without end, does not hang", () => {
      const endless = "&a\nmerge_method: linear\nmodels: [*a]\n"; // no recipe, and so not edited
      expect(setMethod(endless, "ties")).toBe(endless);
      const nine = (n: number) => `a${n}: &a${n} [${Array(9).fill(n ? `*a${n - 1}` : 1)}]\n`;
      const bomb = `merge_method: linear\n${Array.from({ length: 9 }, (_, n) => nine(n)).join("")}`;
      expect(setMethod(bomb, "ties")).toBe(bomb.replace("linear", "ties"));
    });
  });

  it("changes the key that counts where it stands twice", () => {
    expect(parseRecipe(setMethod(`${RECIPE}merge_method: slerp\n`, "linear")).recipe?.method.value).toBe("linear");
  });

  it.each(["a: [", "- a\n", "words\n", "models: [*none]\n"])("leaves text that is no recipe alone: %j", (text) => {
    expect(setMethod(text, "linear")).toBe(text);
  });

  it("puts a mapping where something else stood", () => {
    expect(setParameter("parameters: [1]\n", "recipe", "t", 0.5)).toBe("parameters:\n  t: 0.5\n");
  });

  it("keeps every comment and means what was asked, for random edits in a row", () => {
    const weight = fc.double({ min: -2, max: 2, noNaN: true });
    const step = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom("weight", "density", "gamma"), weight).map(
        ([model, name, value]) =>
          (text: string) =>
            setParameter(text, { model }, name, value),
      ),
      weight.map((value) => (text: string) => setParameter(text, "recipe", "lambda", value)),
      fc.constantFrom("linear", "slerp").map((method) => (text: string) => setMethod(text, method)),
      fc.constantFrom("a", "b/c@d").map((model) => (text: string) => setBase(text, model)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const text = steps.reduce((before, edit) => edit(before), RECIPE);
        expect(WITHOUT_COMMENTS(text)).toEqual(WITHOUT_COMMENTS(RECIPE));
        expect(parseRecipe(text).problems).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
