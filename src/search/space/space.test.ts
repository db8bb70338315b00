import { describe, expect, it } from "vitest";
import { testMethods } from "../../recipe/plan/methods.testing";
import { a, b, base } from "../../recipe/plan/plan.testing";
import { planMerge } from "../../recipe/plan/planMerge";
import { structure } from "../../recipe/plan/structure";
import { readMarks } from "./marks";
import { centreOf, openSearched } from "./searched";
import { pointOf, unitOf, valueAt } from "./space";

const MODELS = new Map([a, b, base].map((model) => [model.key, model]));
const OPTIONS = { budgetBytes: 2 ** 26, seed: 3 };

const MARKED = `# as good as it gets
merge_method: ties
base_model: base
models:
  - {model: a, parameters: {weight: {search: [0, 1.5], now: 1}, density: {search: [0.1, 1]}}} # the first
  - model: b
    parameters:
      weight: {search: [0, 1], points: 3}
      density: {search: [1.0e-2, 1], log: true, name: sparse}
parameters:
  lambda: [{search: [0.5, 1.5]}, 1, {search: [0.5, 1.5]}]
`;

function opened(text: string) {
  let layouts = 0;
  const { searched, problems } = openSearched(text, (recipe) => {
    layouts++;
    return structure(recipe, MODELS, testMethods);
  });
  if (!searched) throw new Error(problems.map(({ message }) => message).join("\n"));
  return { searched, layouts: () => layouts };
}

describe("marks of a recipe", () => {
  it("become parameters that are called after what they stand for", () => {
    const { space, now, problems } = readMarks(MARKED);
    expect(problems).toEqual([]);
    expect(space).toEqual([
      { kind: "float", name: "a.weight", low: 0, high: 1.5, log: false },
      { kind: "float", name: "a.density", low: 0.1, high: 1, log: false },
      { kind: "float", name: "b.weight[0]", low: 0, high: 1, log: false },
      { kind: "float", name: "b.weight[1]", low: 0, high: 1, log: false },
      { kind: "float", name: "b.weight[2]", low: 0, high: 1, log: false },
      { kind: "float", name: "sparse", low: 0.01, high: 1, log: true },
      { kind: "float", name: "lambda[0]", low: 0.5, high: 1.5, log: false },
      { kind: "float", name: "lambda[2]", low: 0.5, high: 1.5, log: false },
    ]);
    expect(now[0]).toBe(1);
  });

  it("are one parameter where they have one name, or are one mark", () => {
    const text = `merge_method: linear
models:
  - {model: a, parameters: {weight: &w {search: [0, 1]}}}
  - {model: b, parameters: {weight: *w}}
  - {model: base, parameters: {weight: [{search: [0, 2], name: rest}, {search: [0, 2], name: rest}]}}
`;
    const { space, holes, problems } = readMarks(text);
    expect(problems).toEqual([]);
    expect(space.map(({ name }) => name)).toEqual(["a.weight", "rest"]);
    expect(holes.map(({ parameters }) => parameters)).toEqual([[0], [0], [1], [1]]);
    const { searched } = opened(text);
    expect(searched.text([0.25, 0.5])).not.toContain("*w");
    expect(searched.text([0.25, 0.5]).match(/0\.25/g)).toHaveLength(2);
  });

  it.each([
    ["{search: [1, 0]}", "study/range"],
    ["{search: [0, 1], log: true}", "study/log-range"],
    ["{search: [0.5, 3], int: true}", "study/int-range"],
    ["{search: [0, 1], choices: [1, 2]}", "study/mixed-mark"],
    ["{search: 3}", "recipe/type"],
    ["{search: [0, x]}", "study/value"],
    ["{search: [0, 1], points: 0}", "study/value"],
    ["{search: [0, 1], log: often}", "study/value"],
    ["{search: [0, 1], now: 4}", "study/value"],
    ["{choices: [1]}", "study/value"],
    ["{search: [0, 1], when: {other: 1}}", "study/unknown-condition"],
    ["{search: [0, 1], name: twice}, t: {search: [0, 2], name: twice}", "study/same-name"],
  ])("%s is refused at its line: %s", (mark, code) => {
    const { problems } = readMarks(`merge_method: linear\nparameters: {weight: ${mark}}\n`);
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(problems.find((problem) => problem.code === code)?.span?.line).toBe(2);
  });

  it("must be there", () => {
    expect(readMarks("merge_method: linear\n").problems.map(({ code }) => code)).toEqual(["study/no-marks"]);
  });
});

describe("a point of a marked recipe", () => {
  const point = [1.25, 0.3, 0.1, 0.7, 0.2, 0.05, 0.9, 1.1];

  it("is a recipe with its comments", () => {
    expect(opened(MARKED).searched.text(point)).toBe(`# as good as it gets
merge_method: ties
base_model: base
models:
  - {model: a, parameters: {weight: 1.25, density: 0.3}} # the first
  - model: b
    parameters:
      weight: [0.1, 0.7, 0.2]
      density: 0.05
parameters:
  lambda: [0.9, 1, 1.1]
`);
  });

  it("is the plan of that recipe, and its text is laid out once", () => {
    const { searched, layouts } = opened(MARKED);
    searched.plan(centreOf(searched.space), OPTIONS);
    for (const each of [point, point.map((value) => value * 0.99)]) {
      const { plan } = searched.plan(each, OPTIONS);
      const { plan: written } = planMerge(searched.text(each), MODELS, testMethods, OPTIONS);
      expect(plan?.tensors).toEqual(written?.tensors);
      expect(plan).toMatchObject({
        method: written?.method,
        seed: 3,
        config: written?.config,
        totals: written?.totals,
      });
    }
    expect(layouts()).toBe(1);
  });

  it("can choose methods, models and layers; each combination is laid out once", () => {
    const text = `merge_method: {choices: [linear, ties]}
base_model: base
models:
  - {model: a, parameters: {weight: {search: [0, 1]}, density: {search: [0.1, 1], when: {merge_method: ties}}}}
  - {model: {choices: [b, base]}, parameters: {weight: 0.5}}
`;
    const { searched, layouts } = opened(text);
    expect(searched.space.map(({ name, when }) => [name, when])).toEqual([
      ["merge_method", undefined],
      ["a.weight", undefined],
      ["a.density", { parameter: 0, values: [1] }],
      ["models[1].model", undefined],
    ]);
    expect(searched.text([0, 0.4, null, 1])).toContain("{model: a, parameters: {weight: 0.4}}");
    expect(searched.text([1, 0.4, 0.2, 0])).toContain("density: 0.2");
    for (const each of [
      [0, 0.4, null, 1],
      [1, 0.4, 0.2, 0],
      [1, 0.1, 0.9, 0],
      [0, 0.9, null, 1],
    ]) {
      const { plan } = searched.plan(each, OPTIONS);
      const { plan: written } = planMerge(searched.text(each), MODELS, testMethods, OPTIONS);
      expect(plan?.tensors).toEqual(written?.tensors);
      expect(plan?.method).toBe(each[0] === 0 ? "linear" : "ties");
    }
    expect(layouts()).toBe(2);
  });

  it("can move a seam between layers", () => {
    const text = `merge_method: passthrough
slices:
  - sources: [{model: a, layer_range: [0, {search: [1, 3], int: true, name: seam}]}]
  - sources: [{model: b, layer_range: [{search: [1, 3], int: true, name: seam}, 4]}]
`;
    const { searched } = opened(text);
    expect(searched.space).toEqual([{ kind: "int", name: "seam", low: 1, high: 3, log: false }]);
    const from = (seam: number) =>
      searched.plan([seam], OPTIONS).plan?.tensors.filter(({ inputs }) => inputs[0]?.model === "b").length ?? 0;
    expect(from(1)).toBeGreaterThan(from(3));
  });

  it("that a method cannot take is said, not thrown", () => {
    const { searched } = opened(
      "merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: {search: [0, 9]}}\n",
    );
    expect(searched.plan([0.5], OPTIONS).plan).toBeDefined();
    const { plan, problems } = searched.plan([7], OPTIONS);
    const { problems: written } = planMerge(searched.text([7]), MODELS, testMethods, OPTIONS);
    expect(plan === undefined).toBe(written.some(({ severity }) => severity === "error"));
    expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(written.map(({ code }) => code)));
  });
});

describe("a range", () => {
  it("goes from its low to its high end, whole numbers with half a step around them", () => {
    const float = { kind: "float", name: "x", low: 1e-3, high: 10, log: true } as const;
    expect([valueAt(float, 0), valueAt(float, 1)]).toEqual([expect.closeTo(1e-3, 12), 10]);
    expect(unitOf(float, valueAt(float, 0.3))).toBeCloseTo(0.3, 12);
    const int = { kind: "int", name: "k", low: 2, high: 5, log: false } as const;
    expect([0, 0.2, 0.3, 0.6, 0.9, 1].map((unit) => valueAt(int, unit))).toEqual([2, 2, 3, 4, 5, 5]);
    expect(pointOf([int], () => 3)).toEqual([3]);
  });
});
