import { expect, it } from "vitest";
import { type ToyTensors, toyCheckpoint, toyLlama } from "../../model/checkpoint.testing";
import { modelFacts } from "../../model/facts";
import { planOf, problem, report, tensorOf } from "./plan.testing";

const TOWER: ToyTensors = {
  ...Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [`vision_tower.vision_model.encoder.layers.${n}.mlp.fc1.weight`, [8, 8]]),
  ),
  "vision_tower.vision_model.embeddings.patch_embedding.weight": [8, 3, 2, 2],
};
const PROJECTOR: ToyTensors = { "multi_modal_projector.linear_1.weight": [8, 8] };
const before452 = (name: string) => `language_model.${name}`;

/** LLaVA as it was published before transformers 4.52: a Llama behind `language_model.`, a tower with more layers than the toy has. */
function llava(key: string, rename = before452, eye: ToyTensors = { ...TOWER, ...PROJECTOR }) {
  const text = Object.fromEntries([...toyLlama(key).tensors].map(([name, { shape }]) => [rename(name), shape]));
  const config = {
    architectures: ["LlavaForConditionalGeneration"],
    text_config: { num_hidden_layers: 4, vocab_size: 32 },
  };
  return toyCheckpoint(key, config, { ...text, ...eye });
}

const LINEAR = (models: string) => `merge_method: linear\nparameters: {weight: 1}\nmodels:\n${models}`;
const BOTH = LINEAR("  - model: a\n  - model: b\n");
const TASK =
  "merge_method: task_arithmetic\nbase_model: base\nparameters: {weight: 0.5}\nmodels:\n  - model: v\n  - model: ja\n";
const q = "language_model.model.layers.1.self_attn.q_proj.weight";

it("merges all of two models that see, tower and projector as well, as mergekit does", () => {
  const plan = planOf(BOTH, [llava("a"), llava("b")]);
  expect(plan.tensors.map(({ name }) => name).sort()).toEqual([...llava("a").tensors.keys()].sort());
  expect(plan.tensors.every(({ action, inputs }) => action === "merge" && inputs.length === 2)).toBe(true);
  expect(modelFacts(llava("a")).layers).toBe(4);
});

it("merges a language model into one that sees, whose tower is carried and said with its size", () => {
  const models = [toyLlama("base"), llava("v"), toyLlama("ja")];
  const plan = planOf(TASK, models);
  expect(plan.config.architectures).toEqual(["LlavaForConditionalGeneration"]);
  expect(plan.tensors.map(({ name }) => name).sort()).toEqual([...llava("v").tensors.keys()].sort());
  expect(tensorOf(plan, q)).toMatchObject({
    action: "merge",
    inputs: [
      { model: "v", tensor: q },
      { model: "ja", tensor: "model.layers.1.self_attn.q_proj.weight" },
      { model: "base", tensor: "model.layers.1.self_attn.q_proj.weight", isBase: true },
    ],
  });
  expect(tensorOf(plan, "vision_tower.vision_model.encoder.layers.5.mlp.fc1.weight")).toMatchObject({
    action: "copy",
    inputs: [{ model: "v" }],
  });
  expect(problem("plan/beside-carried", TASK, models)).toMatchObject({ severity: "note", facts: { model: "v" } });
});

it.each<readonly [eye: string, tensors: ToyTensors, modules: Readonly<Record<string, number>>]>([
  ["a tower and a projector", { ...TOWER, ...PROJECTOR }, { multi_modal_projector: 256, vision_tower: 1920 }],
  ["a tower alone", TOWER, { vision_tower: 1920 }],
  ["a tower without layers", { "vision_tower.patch.weight": [4, 4] }, { vision_tower: 64 }],
  [
    "a tower without layers, and a projector",
    { "vision_tower.patch.weight": [4, 4], ...PROJECTOR },
    { multi_modal_projector: 256, vision_tower: 64 },
  ],
  ["a projector alone", PROJECTOR, { multi_modal_projector: 256 }],
])("names what is carried of %s as it is called", (_, eye, modules) => {
  const { problems } = report(TASK, [toyLlama("base"), llava("v", before452, eye), toyLlama("ja")]);
  const carried = problems.flatMap((found) => (found.code === "plan/beside-carried" ? [found.facts] : []));
  expect(Object.fromEntries(carried.map(({ module, bytes }) => [module, bytes]))).toEqual(modules);
});

it("refuses a language model of another kind than the one inside", () => {
  const models = [toyLlama("base"), llava("v"), toyLlama("ja", { config: { architectures: ["Phi3ForCausalLM"] } })];
  expect(problem("plan/mixed-architectures", TASK, models)?.severity).toBe("error");
});

it("stacks layers of the language model, with the tower carried", () => {
  const slices =
    "merge_method: passthrough\nslices:\n  - sources: [{model: a, layer_range: [0, 4]}]\n  - sources: [{model: a, layer_range: [2, 4]}]\n";
  const plan = planOf(slices, [llava("a")]);
  expect(plan.config).toMatchObject({ text_config: { num_hidden_layers: 6 } });
  expect(tensorOf(plan, "language_model.model.layers.5.mlp.up_proj.weight")).toMatchObject({ action: "merge" });
  expect(tensorOf(plan, "multi_modal_projector.linear_1.weight")).toMatchObject({ action: "copy" });
});

it("keeps the names of the model whose config the output gets (transformers 5)", () => {
  const named = (name: string) => (name.startsWith("model.") ? name.replace("model.", "model.language_model.") : name);
  const plan = planOf(BOTH, [llava("a", named), llava("b")]);
  expect(tensorOf(plan, "model.language_model.layers.1.self_attn.q_proj.weight")).toMatchObject({
    action: "merge",
    inputs: [{ model: "a" }, { model: "b", tensor: q }],
  });
  expect(tensorOf(plan, "lm_head.weight")).toMatchObject({
    inputs: [{ model: "a" }, { tensor: "language_model.lm_head.weight" }],
  });
});
