import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "./studio";
import { expectSameWeights, readWeights, readWeightsFile, taskArithmetic } from "./weights";

const SAMPLES = join(import.meta.dirname, "../public/samples");
const sample = (name: string) => readWeightsFile(join(SAMPLES, name, "model.safetensors"));

test("the first visit merges the samples with one click, to a folder that is right in every file", async ({
  studio,
}) => {
  await studio.open();
  await studio.recipe.ready();
  await expect(studio.models.names).toHaveText(["llama-base", "llama-ja", "llama-math"]);
  const recipe = await studio.recipe.text();

  await studio.run.start();
  await studio.run.done();
  await expect(studio.run.status).toContainText("Merged 57 tensors");
  const hashes = await studio.run.hashes();
  const files = await studio.run.download();

  expect(Object.keys(files).sort()).toEqual([
    "README.md",
    "config.json",
    "generation_config.json",
    "mergekit_config.yml",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  for (const [path, bytes] of Object.entries(files)) {
    expect(createHash("sha256").update(bytes).digest("hex"), path).toBe(hashes[path]);
  }
  const text = (path: string) => new TextDecoder().decode(files[path]);
  expect(text("mergekit_config.yml")).toBe(recipe);
  expect(JSON.parse(text("config.json"))).toMatchObject({ architectures: ["LlamaForCausalLM"], num_hidden_layers: 6 });
  expect(text("README.md")).toMatch(/^---\nbase_model:[\s\S]*library_name: transformers[\s\S]*- mergekit/);
  expect(text("README.md")).toContain(hashes["model.safetensors"]);

  const [base, ja, math] = await Promise.all(["llama-base", "llama-ja", "llama-math"].map(sample));
  if (!base || !ja || !math) throw new Error("a sample is missing");
  const expected = taskArithmetic(
    base,
    [
      [0.5, ja],
      [0.5, math],
    ],
    "BF16",
  );
  expectSameWeights(await readWeights(files["model.safetensors"] ?? new Uint8Array()), expected);
});

test("a result is kept over a reload, and so are recipe and models", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.setWeight("llama-math", "0.25");
  await studio.recipe.ready();
  await studio.guard.set(false);
  await studio.run.start();
  await studio.run.done();
  await expect(studio.history.results).toHaveCount(1);

  await studio.reload();
  await studio.recipe.ready();
  await expect(studio.history.results).toHaveCount(1);
  await expect(studio.models.names).toHaveText(["llama-base", "llama-ja", "llama-math"]);
  expect(await studio.recipe.text()).toContain("weight: 0.25");
});

test("Ctrl+Enter merges, from the keyboard alone", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.guard.set(false);
  await page.keyboard.press("Control+Enter");
  await studio.run.done();
});
