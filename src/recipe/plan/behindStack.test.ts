import { describe, expect, it } from "vitest";
import { type ToyLlama, toyLlama } from "../../model/checkpoint.testing";
import { LINEAR, planOf, problem, report, stack, TIES, tensorOf } from "./plan.testing";

const beyond = (layer: number): NonNullable<ToyLlama["extra"]> => ({
  [`model.layers.${layer}.eh_proj.weight`]: [8, 16],
  [`model.layers.${layer}.mlp.up_proj.weight`]: [16, 8],
});
const modules: NonNullable<ToyLlama["extra"]> = { "mtp.layers.0.mlp.up_proj.weight": [16, 8], "mtp.norm.weight": [8] };
const withBeyond = (key: string, toy: ToyLlama = {}) =>
  toyLlama(key, { ...toy, extra: beyond(toy.layers ?? 4), config: { num_nextn_predict_layers: 1, ...toy.config } });
const STACK = stack("{model: a, layer_range: [0, 3]}", "{model: a, layer_range: [1, 4]}");

describe("a stack of a model with a layer beyond num_hidden_layers", () => {
  const plan = planOf(STACK, [withBeyond("a")]);

  it("has the layer behind the new stack, under the next number, and no name twice", () => {
    const names = plan.tensors.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(tensorOf(plan, "model.layers.6.eh_proj.weight")).toMatchObject({
      action: "copy",
      inputs: [{ tensor: "model.layers.4.eh_proj.weight", model: "a" }],
    });
    expect(tensorOf(plan, "model.layers.4.mlp.up_proj.weight")?.inputs[0]?.tensor).toBe(
      "model.layers.2.mlp.up_proj.weight",
    );
    expect(names).toHaveLength(6 * 9 + 3 + 2);
  });

  it("counts the layers of the stack alone", () => {
    expect(plan.config).toMatchObject({ num_hidden_layers: 6, num_nextn_predict_layers: 1 });
  });

  it("is told before the run, with the bytes", () => {
    expect(problem("plan/behind-carried", STACK, [withBeyond("a")])).toMatchObject({
      severity: "note",
      facts: { model: "a", layers: 6, bytes: 1024, tensors: 2, from: "model.layers.4.eh_proj.weight" },
    });
  });

  it("is the same where the architecture is inferred", () => {
    const unknown = withBeyond("a", { config: { architectures: ["Glm4MoeForCausalLM"] } });
    const inferred = planOf(STACK, [unknown]);
    expect(inferred.config.num_hidden_layers).toBe(6);
    expect(inferred.tensors.map(({ name }) => name).sort()).toEqual(plan.tensors.map(({ name }) => name).sort());
  });

  it("takes no scale that was meant for layers", () => {
    const scaled = STACK.replaceAll("4]}", "4], parameters: {scale: 0}}");
    expect(tensorOf(planOf(scaled, [withBeyond("a")]), "model.layers.6.eh_proj.weight")?.inputs[0]?.parameters).toEqual(
      {},
    );
  });

  it("keeps modules with a name of their own as they are, one stack beside them", () => {
    const own = toyLlama("a", { extra: modules, config: { architectures: ["Qwen3NextForCausalLM"] } });
    const { tensors, config } = planOf(STACK, [own]);
    expect(tensors.filter(({ name }) => name.startsWith("mtp")).map(({ action }) => action)).toEqual(["copy", "copy"]);
    expect(config.num_hidden_layers).toBe(6);
  });
});

describe("a merge of whole models with layers beyond num_hidden_layers", () => {
  it("merges what all of them have", () => {
    const models = [withBeyond("a"), withBeyond("b")];
    expect(tensorOf(planOf(LINEAR, models), "model.layers.4.eh_proj.weight")).toMatchObject({
      action: "merge",
      inputs: [{ model: "a" }, { model: "b" }],
    });
    expect(problem("plan/behind-merged", LINEAR, models)).toMatchObject({ severity: "note", facts: { bytes: 1024 } });
  });

  it("merges it too where slices leave every layer in its place", () => {
    const recipe = `merge_method: slerp
base_model: a
slices:
  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
  - sources: [{model: a, layer_range: [2, 4]}, {model: b, layer_range: [2, 4]}]
parameters: {t: 0.5}
`;
    const plan = planOf(recipe, [withBeyond("a"), withBeyond("b")]);
    expect(tensorOf(plan, "model.layers.4.eh_proj.weight")?.inputs).toHaveLength(2);
  });

  it("copies it from the base where only some have it, unscaled by their weights", () => {
    const plan = planOf(TIES, [toyLlama("a"), withBeyond("b"), withBeyond("base")]);
    expect(tensorOf(plan, "model.layers.4.eh_proj.weight")).toMatchObject({
      action: "copy",
      inputs: [{ model: "base" }],
    });
  });

  it("leaves it out where the model that gives the config has none, and counts none", () => {
    const models = [toyLlama("a", { config: { num_nextn_predict_layers: 1 } }), withBeyond("b")];
    const plan = planOf(LINEAR, models);
    expect(tensorOf(plan, "model.layers.4.eh_proj.weight")).toBeUndefined();
    expect(plan.config.num_nextn_predict_layers).toBe(0);
    expect(report(LINEAR, models).problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      "plan/behind-left-out warning",
      "plan/behind-count note",
    ]);
  });
});
