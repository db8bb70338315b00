import { describe, expect, it } from "vitest";
import { toyLlama } from "../../../model/checkpoint.testing";
import { withStrengths } from "../../strength/strength";
import { setParameter } from "../../text/edit/edit";
import { planFolders } from "../inputs/planModels";
import { testMethods } from "../methods.testing";
import { a, b, base, places, planOf, problem, report, tensorOf } from "../plan.testing";
import { structure } from "../structure";
import { stageOf } from "./stages";

const HALF = `name: half
merge_method: linear
models:
  - {model: a, parameters: {weight: 0.5}}
  - {model: b, parameters: {weight: 0.5}}
dtype: bfloat16
`;
const LAST = `merge_method: slerp
base_model: half
models: [{model: half}, {model: base}]
parameters: {t: 0.25}
`;
const CHAIN = `${HALF}---\n${LAST}`;
const ALIEN = { architectures: ["X"] };

describe("several recipes in one text", () => {
  it("are one plan: the result of one is a model of the other", () => {
    const plan = planOf(CHAIN);
    expect(plan.method).toBe("slerp");
    expect(plan.models.map(({ key }) => key)).toEqual(["half", "base"]);
    expect(planFolders(plan).map(({ key }) => key)).toEqual(["base", "a", "b"]);
    const half = stageOf(plan, "half");
    expect(half).toMatchObject({ method: "linear", stages: [], config: { torch_dtype: "bfloat16" } });
    expect(tensorOf(plan, "model.norm.weight")?.inputs).toMatchObject([
      { model: "half", dtype: "BF16", isBase: true },
      { model: "base", dtype: "F32" },
    ]);
    expect(plan.recipe).toBe(CHAIN);
    expect(structuredClone(plan)).toEqual(plan);
  });

  it("may stand in any order, and a chain of three is made from its end", () => {
    const plan = planOf(
      `merge_method: passthrough\nmodels: [{model: two}]\n---\nname: two\nmerge_method: linear\nmodels: [{model: half, parameters: {weight: 1}}]\n---\n${HALF}`,
    );
    expect(plan.stages.map(({ key, plan: stage }) => [key, stage.models.map((model) => model.key)])).toEqual([
      ["half", ["a", "b"]],
      ["two", ["half"]],
    ]);
    expect(planOf(`${LAST}---\n${HALF}`).stages.map(({ key }) => key)).toEqual(["half"]);
  });

  it("hand on depth, config and files", () => {
    const stacked = `name: deep\nmerge_method: passthrough\nslices:\n  - sources: [{model: a, layer_range: [0, 4]}]\n  - sources: [{model: b, layer_range: [2, 4]}]\n---\nmerge_method: passthrough\nmodels: [{model: deep}]\n`;
    const plan = planOf(stacked);
    expect(plan.config).toMatchObject({ num_hidden_layers: 6 });
    expect(plan.tensors).toHaveLength(3 + 6 * 9);
    expect(plan.sideFiles.find(({ path }) => path === "tokenizer.json")).toMatchObject({ kind: "copy", model: "deep" });
  });

  it("are taken by a path whatever its revision, as mergekit replaces paths alone", () => {
    const both = "merge_method: linear\nmodels: [{model: half}, {model: half@main}]\nparameters: {weight: 1}\n";
    const plan = planOf(`${HALF}---\n${both}`);
    expect(plan.stages.map(({ key }) => key)).toEqual(["half", "half@main"]);
    expect(plan.stages[0]?.plan).toBe(plan.stages[1]?.plan);
  });

  it("may have an adapter on a result, which nobody wrote either", () => {
    const adapted = structure(
      `${HALF}---\nmerge_method: passthrough\nmodels: [{model: half+b}]\n`,
      new Map([
        [a.key, a],
        [b.key, b],
      ]),
      testMethods,
    );
    expect(adapted.problems.map(({ code }) => code)).toContain("plan/not-an-adapter");
  });

  it("FIX: a recipe called as a method or with text in it hijacks nothing", () => {
    const named = `name: linear\nmerge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\nchat_template: "{{ one + two + three }} + @ @"\n---\nmerge_method: linear\nmodels: [{model: linear, parameters: {weight: 1}}]\n`;
    const { plan, problems } = report(named);
    expect(plan?.stages.map(({ key }) => key)).toEqual(["linear"]);
    expect(problems.map(({ code, span }) => `${code} ${span?.line}`)).toContain("plan/method-name 1");
  });

  it("FIX: an empty document is passed over", () => {
    expect(report(`${CHAIN}---\n`).problems).toEqual(report(CHAIN).problems);
    expect(planOf(`---\n# mine\n---\n${CHAIN}---\n# end\n`).tensors).toEqual(planOf(CHAIN).tensors);
    expect(planOf(`---\n${HALF}`).stages).toEqual([]);
  });

  it.each<[string, string, string, Record<string, unknown>]>([
    [
      "take each other's results",
      `name: x\nmerge_method: linear\nmodels: [{model: y, parameters: {weight: 1}}]\n---\nname: y\nmerge_method: linear\nmodels: [{model: x, parameters: {weight: 1}}]\n---\nmerge_method: passthrough\nmodels: [{model: x}]\n`,
      "recipe/document-cycle 7:18",
      { names: "x → y → x" },
    ],
    [
      "take their own",
      `name: x\nmerge_method: passthrough\nmodels: [{model: x}]\n---\nmerge_method: passthrough\nmodels: [{model: x}]\n`,
      "recipe/document-cycle 3:18",
      { names: "x → x" },
    ],
    ["have one name", `${HALF}---\n${HALF}---\n${LAST}`, "recipe/same-name 8:7", { name: "half" }],
    ["have no name twice", `${LAST}---\n${LAST}---\n${HALF}`, "recipe/unnamed-documents 6:15", { documents: 2 }],
    [
      "have several results",
      `${HALF}---\nname: two\n${LAST.replaceAll("half", "a")}`,
      "recipe/several-results 8:7",
      { names: "half, two" },
    ],
    [
      "name a model that is none of them",
      CHAIN.replaceAll("model: half", "model: halff"),
      "plan/model-missing 9:13",
      { model: "halff", meant: "half" },
    ],
    [
      "are a mixture among others",
      `${HALF}---\nbase_model: half\ngate_mode: random\nexperts: [{source_model: half, positive_prompts: [x]}, {source_model: a, positive_prompts: [y]}]\n`,
      "recipe/mixture-among-others 10:1",
      { documents: 2 },
    ],
    [
      "have a mistake in the first",
      CHAIN.replace("linear", "linaer"),
      "recipe/unknown-method 2:15",
      { meant: "linear" },
    ],
  ])("that %s say so beside the line", (_, text, place, facts) => {
    expect(places(text)).toContain(place);
    expect(problem(place.split(" ")[0] ?? "", text)?.facts).toMatchObject(facts);
    expect(report(text).plan).toBeUndefined();
  });

  it("all with names are one whose result nobody takes", () => {
    expect(planOf(`name: end\n${LAST}---\n${HALF}`).method).toBe("slerp");
  });

  it("of which one is not needed say so", () => {
    const text = `${CHAIN}---\n${HALF.replace("half", "spare")}`;
    expect(places(text)).toContain("recipe/unused-document 13:7");
    expect(planOf(text).stages.map(({ key }) => key)).toEqual(["half"]);
  });

  it("are mended where they stand", () => {
    const text = `${HALF.replace("linear", "linaer")}---\n${LAST}`;
    const { from = 0, to = 0, insert = "" } = problem("recipe/unknown-method", text)?.fix ?? {};
    expect(text.slice(0, from) + insert + text.slice(to)).toBe(CHAIN);
    const unmoved = CHAIN.replace("parameters: {t: 0.25}", "t: 0.25");
    const fix = problem("recipe/misplaced-key", unmoved)?.fix;
    expect(fix && unmoved.slice(0, fix.from) + fix.insert + unmoved.slice(fix.to)).toContain("name: half");
  });

  it("are edited where the result is written", () => {
    for (const text of [CHAIN, `${LAST}---\n${HALF}`]) {
      expect(setParameter(text, "recipe", "t", 0.75)).toBe(text.replace("0.25", "0.75"));
    }
  });

  it("have one seed, wherever it stands", () => {
    expect(planOf(`# awase: {seed: 7}\n${CHAIN}`).seed).toBe(7);
    expect(stageOf(planOf(`${CHAIN}# awase: {seed: 7}\n`), "half")?.seed).toBe(7);
    expect(places(`# awase: {seed: -7}\n${CHAIN}`).filter((place) => place.startsWith("recipe/extras"))).toHaveLength(
      1,
    );
  });

  it("are weakened by the last", () => {
    const weaken = ({ globals, inputs }: { globals: object; inputs: readonly never[] }) => ({
      globals: { ...globals, t: 0.125 },
      inputs,
    });
    const methods = testMethods.map((facts) =>
      facts.id === "slerp" ? { ...facts, strength: { weaken: weaken as never } } : facts,
    );
    const models = new Map([a, b, base].map((model) => [model.key, model]));
    const { recipe, problems } = withStrengths(CHAIN, () => 0.5, {
      structure: (text) => structure(text, models, methods),
    });
    expect(problems).toEqual([]);
    expect(recipe).toBe(CHAIN.replace("0.25", "0.125"));
  });

  it("of other architectures do not pass for one another", () => {
    expect(places(CHAIN, [a, b, toyLlama("base", { config: ALIEN })])).toContain("plan/mixed-architectures 10:33");
  });
});
