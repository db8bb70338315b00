import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { nodeFolder } from "../io/node";
import { MemoryEnvironment } from "./machine/memoryEnvironment";
import { createSession } from "./session";
import { filesOf, GOLDEN, OPTIONS, SETTINGS } from "./session.testing";

const AROUND = join(GOLDEN, "../around");
const RECIPE = readFileSync(join(AROUND, "recipes/lora_ties.yaml"), "utf8");

async function openSession(environment = new MemoryEnvironment()) {
  const session = createSession(environment);
  await session.start(SETTINGS);
  await session.place("base", nodeFolder(join(GOLDEN, "models/base")));
  for (const name of ["lora_r8_all", "lora_rs"]) await session.place(name, nodeFolder(join(AROUND, "models", name)));
  return session;
}

it("a recipe with adapters is checked, merged and told of by what it is made of", async () => {
  const environment = new MemoryEnvironment();
  const session = await openSession(environment);
  const { problems, missing, plan } = await session.check(RECIPE, 0);
  expect({ problems, missing }).toEqual({ problems: [], missing: [] });
  expect(plan?.models).toEqual(["base", "lora_r8_all", "lora_rs"]);
  await session.merge(RECIPE, { ...OPTIONS, run: "job" });
  const files = filesOf(environment, "job");
  for (const path of ["tokenizer.json", "generation_config.json", "config.json"]) expect(files.has(path)).toBe(true);
  const card = new TextDecoder().decode(files.get("README.md"));
  expect(card).toContain("- `base` + `lora_r8_all`\n- `base` + `lora_rs`");
});

it("FIX 1.5: what is missing of a reference is asked for by its own name, the adapter as well", async () => {
  const session = await openSession();
  const recipe = RECIPE.replace("base+lora_rs", "base+org/lora@v1");
  expect((await session.check(recipe, 0)).missing).toEqual([
    { reference: "org/lora@v1", hubId: "org/lora", origin: { kind: "hub", repo: "org/lora", revision: "v1" } },
  ]);
});

it("an adapter that is measured as if it were a model is refused with the way to write it", async () => {
  const session = await openSession();
  const measuring = session.likelihoods({ kind: "model", key: "lora_rs" }, [[1, 2, 3]]);
  await expect(measuring).rejects.toMatchObject({
    code: "model/adapter",
    message: expect.stringContaining("`base+lora_rs`"),
  });
});

it("a model with an adapter is measured like the recipe that applies it, and not like the model alone", async () => {
  const session = await openSession();
  const sequences = [[1, 5, 9, 3, 7, 2]];
  const named = await session.likelihoods({ kind: "model", key: "base+lora_r8_all" }, sequences);
  const recipe = "merge_method: passthrough\nmodels: [{model: base+lora_r8_all}]\n";
  expect(await session.likelihoods({ kind: "recipe", recipe, seed: 0 }, sequences)).toEqual(named);
  expect(await session.likelihoods({ kind: "model", key: "base" }, sequences)).not.toEqual(named);
});
