import { join } from "node:path";
import { expect, test } from "./studio";
import { readWeights, readWeightsFile } from "./weights";

const MIXTURE = `base_model: llama-base
gate_mode: hidden
dtype: float32
experts_per_token: 1
experts:
  - source_model: llama-ja
    positive_prompts: ["日本の首都はどこですか", "空の色は"]
  - source_model: llama-math
    positive_prompts: ["12 + 7 =", "What is 3 plus 4?"]
`;

test("a recipe with experts is planned, its size said, measured, and written as a Mixtral", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(MIXTURE.replace("hidden", "hiden"));
  await expect(studio.recipe.problems).toContainText("hiden");
  await expect(studio.run.mergeButton).toBeDisabled();
  await studio.recipe.write(MIXTURE);
  await studio.recipe.ready();
  await expect(studio.recipe.problems).toContainText("Mixtral with 2 experts, 1 for each token");
  await studio.guard.set(false);
  await studio.measure.start();
  await studio.measure.done();
  expect(await studio.measure.value("Perplexity")).toBeGreaterThan(1);

  await studio.run.start();
  await studio.run.done();
  const files = await studio.run.download();
  const text = (path: string) => new TextDecoder().decode(files[path]);
  expect(text("mergekit_moe_config.yml")).toBe(MIXTURE);
  expect(JSON.parse(text("config.json"))).toMatchObject({
    architectures: ["MixtralForCausalLM"],
    model_type: "mixtral",
    num_local_experts: 2,
    num_experts_per_tok: 1,
  });

  const made = await readWeights(files["model.safetensors"] ?? new Uint8Array());
  const samples = join(import.meta.dirname, "../public/samples");
  const [ja, math] = await Promise.all(
    ["llama-ja", "llama-math"].map((name) => readWeightsFile(join(samples, name, "model.safetensors"))),
  );
  const at = (matrix: string) => `model.layers.2.mlp.${matrix}_proj.weight`;
  const halves = [ja, math].flatMap((model) => ["gate", "up"].map((matrix) => model?.[at(matrix)]?.values ?? []));
  expect(made["model.layers.2.mlp.experts.gate_up_proj"]?.values).toEqual(
    Float32Array.from(halves.flatMap((values) => [...values])),
  );
  const router = made["model.layers.3.mlp.gate.weight"];
  expect(router?.shape[0]).toBe(2);
  const hidden = router?.shape[1] ?? 1;
  for (const row of [0, 1]) {
    const values = router?.values.subarray(row * hidden, (row + 1) * hidden) ?? new Float32Array();
    expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4);
  }
});
