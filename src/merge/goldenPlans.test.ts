import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { DTYPE_BYTES } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import { nodeFolder } from "../io/node";
import type { Model } from "../model/model";
import { openCheckpoint } from "../model/open";
import { planMerge } from "../recipe/plan/planMerge";
import { planTokenizer } from "../recipe/plan/vocabulary/planTokenizer";
import type { KnownVocabulary } from "../recipe/plan/vocabulary/vocabularies";
import { readVocabulary } from "../tokens/vocabulary";
import { methodFacts } from "./registry";

const GOLDEN = "e2e/golden/merge";
/** Every case that was copied here has a method we offer. */
const cases = readdirSync(`${GOLDEN}/expected`);

const models = new Map<string, Model>();
const known = new Map<string, KnownVocabulary>();

/** What is planned; with vocabularies where the recipe asks for a tokenizer. */
function planned(recipe: string) {
  const vocabularies = /^tokenizer/m.test(recipe) ? { vocabularies: known } : {};
  return planMerge(recipe, models, methodFacts, { budgetBytes: 2 ** 28, tokenizers: planTokenizer, ...vocabularies });
}

beforeAll(async () => {
  for (const name of readdirSync(`${GOLDEN}/models`)) {
    const model = await openCheckpoint(name, nodeFolder(`${GOLDEN}/models/${name}`));
    const vocabulary = await readVocabulary(model.folder);
    models.set(name, model);
    if (vocabulary) known.set(name, { vocabulary });
  }
});

describe.each(cases)("the plan of %s", (name) => {
  const recipe = readFileSync(`${GOLDEN}/recipes/${name}.yaml`, "utf8");

  it("has the tensors, config and files that mergekit wrote", async () => {
    const expected = await openCheckpoint(name, nodeFolder(`${GOLDEN}/expected/${name}`));
    const { plan, problems } = planned(recipe);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);

    const facts = ({ name, dtype, shape }: { name: string; dtype: string; shape: readonly number[] }) => ({
      name,
      dtype,
      shape,
    });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(plan?.tensors.map(facts).toSorted(byName)).toEqual(
      [...expected.tensors.values()].map(facts).toSorted(byName),
    );
    expect(plan?.config).toEqual(expected.config);

    const written = plan?.sideFiles.map(({ path }) => path);
    for (const { path } of expected.files) if (!/\.safetensors/.test(path)) expect(written).toContain(path);
    expect(plan?.sideFiles.find(({ path }) => path === "mergekit_config.yml")).toMatchObject({ text: recipe });
  });

  it("sums up to what it says", () => {
    const { plan } = planned(recipe);
    const bytes = plan?.tensors.map((tensor) => tensor.bytes).reduce((a, b) => a + b);
    expect(plan?.totals).toMatchObject({ tensors: plan?.tensors.length, writeBytes: bytes });
    for (const { inputs, shape } of plan?.tensors ?? []) {
      for (const input of inputs) {
        if (input.rows !== undefined) continue; // put together of rows of several
        const stored = models.get(input.model)?.tensors.get(input.tensor);
        expect(input).toMatchObject({ dtype: stored?.dtype, shape: stored?.shape });
        const rows = Math.min(stored?.shape[0] ?? 0, shape[0] ?? 0);
        const read = elementCount([rows, ...(stored?.shape.slice(1) ?? [])]);
        expect(input.bytes).toBe(stored && read * DTYPE_BYTES[stored.dtype]);
      }
    }
  });
});
