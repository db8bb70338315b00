import { join } from "node:path";
import { expect, test } from "./studio";
import { expectSameWeights, readWeights, readWeightsFile } from "./weights";

const GOLDEN = join(import.meta.dirname, "golden/merge");
const LINEAR = `merge_method: linear
models:
  - model: a
    parameters: {weight: 0.5}
  - model: vocab_plus
    parameters: {weight: 0.5}
dtype: float32
`;

test("two models with unlike vocabularies are merged with a union of them, chosen in the form, and measured by its tokenizer", async ({
  studio,
}) => {
  await studio.openEmpty();
  await studio.models.drop(join(GOLDEN, "models/a"), join(GOLDEN, "models/vocab_plus"));
  await studio.recipe.write(LINEAR);
  await studio.recipe.ready();
  await studio.recipe.choose("Tokenizer", "union of all models");
  await expect.poll(() => studio.recipe.text()).toContain("source: union");
  await studio.recipe.ready();
  const planned = await studio.recipe.files();
  expect(planned.find((row) => row.startsWith("tokenizer.json"))).toContain("from a, changed");

  await studio.guard.set(false);
  await studio.run.start();
  await studio.run.done();
  const files = await studio.run.download();
  const text = (path: string) => new TextDecoder().decode(files[path]);
  const tokenizer = JSON.parse(text("tokenizer.json"));
  expect(tokenizer.added_tokens.slice(3)).toMatchObject([
    { id: 93, content: "<|im_start|>" },
    { id: 94, content: "<|im_end|>" },
    { id: 95, content: "hello" },
  ]);
  expect(JSON.parse(text("config.json")).vocab_size).toBe(96);
  for (const path of planned.map((row) => /^[\w.]+?\.(?:jsonl?|yml|jinja|model)/.exec(row)?.[0])) {
    expect(Object.keys(files)).toContain(path);
  }
  const expected = await readWeightsFile(join(GOLDEN, "expected/union_linear/model.safetensors"));
  expectSameWeights(await readWeights(files["model.safetensors"] ?? new Uint8Array()), expected);

  await studio.measure.start();
  await studio.measure.done();
  expect(await studio.measure.value("Perplexity")).toBeGreaterThan(1);
});
