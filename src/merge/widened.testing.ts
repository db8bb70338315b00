import { expect, it } from "vitest";
import type { Device } from "../compute/device";
import type { ByteRange } from "../io/types";
import type { Checkpoint } from "../model/checkpoint";
import { openCheckpoint } from "../model/open";
import { fp8Llama, noted, type ScaleKind } from "../model/quantisation/fp8Models.testing";
import { planMerge } from "../recipe/plan/planMerge";
import { mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "./merge.testing";
import { methodFacts } from "./registry";
import { MergedSource } from "./source";

const RECIPES: Readonly<Record<string, string>> = {
  linear:
    "merge_method: linear\nmodels: [{model: a, parameters: {weight: 0.4}}, {model: b, parameters: {weight: 0.6}}]",
  slerp: "merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.3}",
  ties: "merge_method: ties\nbase_model: a\nmodels: [{model: b, parameters: {weight: 0.7, density: 0.4}}]",
  dare_ties: "merge_method: dare_ties\nbase_model: b\nmodels: [{model: a, parameters: {weight: 0.7, density: 0.4}}]",
  passthrough:
    "merge_method: passthrough\nslices: [{sources: [{model: a, layer_range: [0, 2]}]}, {sources: [{model: b, layer_range: [0, 2]}]}]",
};

interface Twins {
  readonly codes: ReadonlyMap<string, Checkpoint>;
  readonly plain: ReadonlyMap<string, Checkpoint>;
}

/** Two models as fp8 with scales, and as the f32 weights they stand for. */
async function openTwins(kind: ScaleKind): Promise<Twins> {
  const [a, b] = [fp8Llama("a", kind, 1), fp8Llama("b", kind, 2)];
  const open = async (folders: readonly (typeof a.codes)[]) =>
    new Map(
      await Promise.all(
        folders.map(async (folder) => [folder.name, await openCheckpoint(folder.name, folder)] as const),
      ),
    );
  return { codes: await open([a.codes, b.codes]), plain: await open([a.plain, b.plain]) };
}

async function merged(recipe: string, models: ReadonlyMap<string, Checkpoint>, device: Device) {
  const { plan, problems } = planMerge(recipe, models, methodFacts, { budgetBytes: 2 ** 26, seed: 7 });
  if (!plan) throw new Error(problems.map(({ message }) => message).join("\n"));
  const tensors = await mergeToMemory(plan, { models, device, blockBytes: 4096 });
  return { plan, tensors };
}

/** What both devices must show of models that are stored as fp8 codes with scales. */
export function widenedSuite(openDevice: () => Promise<Device>): void {
  it.each(["one", "rows", "blocks"] as const)("merges codes with a scale for %s as their weights", async (kind) => {
    const device = await openDevice();
    const { codes, plain } = await openTwins(kind);
    const mixed = new Map([...codes].map(([key, model]) => [key, key === "a" ? model : (plain.get(key) ?? model)]));
    for (const [name, recipe] of Object.entries(RECIPES)) {
      for (const dtype of ["float32", "bfloat16"]) {
        const text = `${recipe}\ndtype: ${dtype}\n`;
        const expected = await merged(text, plain, device);
        for (const models of [codes, mixed]) {
          const got = await merged(text, models, device);
          expect(got.plan.tensors.map((tensor) => tensor.name)).toEqual(expected.plan.tensors.map(({ name }) => name));
          const unlike = got.plan.tensors.filter((_, i) => !sameBytes(got.tensors[i], expected.tensors[i]));
          expect(unlike.map((tensor) => `${name} ${dtype} ${tensor.name}`)).toEqual([]);
        }
      }
    }
  });

  it("crops them, and reads what it said it would, no more", async () => {
    const device = await openDevice();
    const [expected, reads]: [ByteRange[], ByteRange[]] = [[], []];
    const { codes, plain } = fp8Llama("a", "blocks", 3, noted(expected, reads));
    const widened = await openCheckpoint("a", codes);
    const only = (model: Checkpoint): Checkpoint => {
      const found = model.tensors.get("model.embed_tokens.weight");
      return { ...model, tensors: new Map(found ? [[found.name, found]] : []) };
    };
    const recipe = (model: Checkpoint): TestRecipe => ({
      method: "linear",
      models: [{ model: only(model), parameters: { weight: 1 } }],
    });
    const [own, twin] = [recipe(widened), recipe(await openCheckpoint("a", plain))];
    for (const rows of [40, 23, 11]) {
      const shape = [rows, 16];
      expected.length = reads.length = 0;
      const run = (recipe: TestRecipe) =>
        mergeToMemory(testPlan(recipe, shape), { models: modelsOf(recipe), device, blockBytes: 4096 });
      const [got] = await run(own);
      expect(sameBytes(got, (await run(twin))[0])).toBe(true);
      const tensor = widened.tensors.get("model.embed_tokens.weight");
      const scales = tensor?.scaled?.scales.start ?? 0;
      expect(expected.toSorted((a, b) => a.start - b.start)).toEqual(
        [
          { start: tensor?.start, end: (tensor?.start ?? 0) + 16 * rows },
          { start: scales, end: scales + 8 * Math.ceil(rows / 10) },
        ].toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0)),
      );
      const outside = reads.filter(
        ({ start, end }) => !expected.some((told) => told.start <= start && end <= told.end),
      );
      expect(outside).toEqual([]);
    }
  });

  it("gives stretches of a merge that is never written", async () => {
    const device = await openDevice();
    const { codes, plain } = await openTwins("blocks");
    const source = (models: ReadonlyMap<string, Checkpoint>) => {
      const text = `${RECIPES.linear}\ndtype: float32\n`;
      const { plan } = planMerge(text, models, methodFacts, { budgetBytes: 2 ** 26 });
      if (!plan) throw new Error("There is no plan.");
      return new MergedSource(plan, { models, device });
    };
    const [own, twin] = [source(codes), source(plain)];
    for (const [start, end] of [
      [0, 640],
      [0, 17],
    ] as const) {
      const name = "lm_head.weight";
      expect(sameBytes(await own.read(name, start, end), await twin.read(name, start, end))).toBe(true);
    }
  });
}
