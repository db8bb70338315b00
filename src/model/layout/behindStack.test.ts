import { describe, expect, it } from "vitest";
import { type ToyTensors, toyCheckpoint, toyLlama } from "../checkpoint.testing";
import { modelFacts } from "../facts";
import { countedStack, nameBehind } from "./behindStack";
import { layerGroups } from "./layerOf";
import { layoutOf } from "./layoutOf";

/** A model nobody described: `layers` of one matrix each under `root`. */
function other(layers: number, config: object, extra: ToyTensors = {}, root = "model.layers") {
  const stack = Array.from({ length: layers }, (_, layer) => [`${root}.${layer}.w`, [2, 2]] as const);
  const tensors = { "model.embed_tokens.weight": [6, 2], ...Object.fromEntries(stack), ...extra };
  return toyCheckpoint("a", { architectures: ["Glm9ForCausalLM"], vocab_size: 6, ...config }, tensors);
}
const behindOf = (model: ReturnType<typeof other>, architecture?: string) =>
  layoutOf([model], architecture).modules.flatMap(({ behind = [], depths }) =>
    behind.map((weight) => nameBehind(weight, depths.get("a") ?? 0)),
  );

describe("layers beyond num_hidden_layers", () => {
  it("are behind the stack, as DeepSeek-V3 and GLM-4.5 store the module that predicts further ahead", () => {
    const model = other(
      5,
      { num_hidden_layers: 4, num_nextn_predict_layers: 1 },
      { "model.layers.4.eh_proj.weight": [2, 4] },
    );
    expect(behindOf(model)).toEqual(["model.layers.4.w", "model.layers.4.eh_proj.weight"]);
    expect(layoutOf([model], undefined).modules[0]?.depths.get("a")).toBe(4);
    expect(modelFacts(model).layers).toBe(4);
  });

  it("are so in described architectures as well, without a word of the config", () => {
    const model = toyLlama("a", { extra: { "model.layers.4.mlp.up_proj.weight": [16, 8] } });
    expect(behindOf(model, "LlamaForCausalLM")).toEqual(["model.layers.4.mlp.up_proj.weight"]);
    expect(layoutOf([model], "LlamaForCausalLM").unnamed).toEqual([]);
  });

  it("are looked for in the text model, not in a deeper vision tower", () => {
    const vision = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`visual.blocks.${n}.w`, [2]] as const));
    const model = other(4, { text_config: { num_hidden_layers: 4 } }, vision, "model.language_model.layers");
    expect(countedStack(model)).toBeUndefined();
    const deeper = other(5, { text_config: { num_hidden_layers: 4 } }, vision, "model.language_model.layers");
    expect(behindOf(deeper)).toEqual(["model.language_model.layers.4.w"]);
  });

  it("are layers after all where the config counts something else", () => {
    expect(countedStack(other(9, { num_layers: 2 }))).toBeUndefined();
    expect(countedStack(other(3, { num_hidden_layers: 1_000_000 }))).toBeUndefined();
  });
});

describe("modules with a name of their own", () => {
  it.each([
    "mtp.layers.0.mlp.up_proj.weight",
    "mtp.fc.weight",
    "model.mtp.embed_tokens.weight",
    "model.mtp_layers.0.input_layernorm.weight",
    "model.mtp_block.0.mlp.gate_proj.weight",
    "language_model.mtp.layers.0.w",
  ])("%s belongs to no stack", (name) => {
    const model = other(4, { num_hidden_layers: 4 }, { [name]: [2, 2] });
    expect(behindOf(model)).toEqual([name]);
    expect(layoutOf([model], undefined).modules).toHaveLength(1);
  });

  it.each(["model.layers.1.mtp.weight", "empty.weight", "attempt.layers.0.w"])("%s is none", (name) => {
    expect(behindOf(other(4, { num_hidden_layers: 4 }, { [name]: [2, 2] }))).toEqual([]);
  });

  it("count to the head where the model is watched in groups", () => {
    const extra = { "mtp.norm.weight": [8], "model.layers.4.w": [8] };
    const { groupOf } = layerGroups(toyLlama("a", { extra }), 2);
    expect(Object.keys(extra).map((name) => groupOf(name).id)).toEqual(["head", "head"]);
  });
});
