import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { openTestWasm } from "../../compute/devices/wasm/wasm.testing";
import { nodeFolder } from "../../io/node";
import { openLanguageModel } from "../../lm/open";
import { tensorDrift } from "../../merge/drift";
import { methodFacts } from "../../merge/registry";
import { MergedSource } from "../../merge/source";
import { layerGroups } from "../../model/layout/layerOf";
import type { Model } from "../../model/model";
import { openCheckpoint } from "../../model/open";
import { LayeredSource } from "../../model/sources/layered";
import { planMerge } from "../../recipe/plan/planMerge";
import { openTokenizer } from "../../tokens/tokenizer";
import { type GuardRun, runGuard } from "./guard";

const SAMPLES = fileURLToPath(new URL("../../../public/samples/", import.meta.url));
/** Good but for one layer, the third of six. */
const BROKEN = `merge_method: task_arithmetic
base_model: llama-base
models:
  - {model: llama-ja, parameters: {weight: [0.5, 0.5, 30, 0.5, 0.5, 0.5]}}
dtype: float32
`;
const PROMPTS = ["犬が逃げた。", "Tom gave 4 stones to Nora."];

describe("runGuard on the samples", () => {
  let run: Omit<GuardRun, "options">;
  beforeAll(async () => {
    const device = await openTestWasm();
    const models = new Map<string, Model>();
    for (const name of ["llama-base", "llama-ja"]) {
      models.set(name, await openCheckpoint(name, nodeFolder(`${SAMPLES}${name}`)));
    }
    const checkpoint = models.get("llama-base");
    const { plan } = planMerge(BROKEN, models, methodFacts, { budgetBytes: 2 ** 28 });
    if (!checkpoint || !plan) throw new Error("The samples and the recipe are whole.");
    const { config } = checkpoint;
    const base = checkpoint.weights;
    const merged = new MergedSource(plan, { models, device });
    const layers = layerGroups(checkpoint, 2);
    run = {
      base: {
        model: await openLanguageModel({ config, source: base, device }),
        tokenizer: await openTokenizer(checkpoint.folder),
        key: "llama-base",
      },
      merged: (strengths) => {
        const choose = (name: string) => (strengths[layers.groupOf(name).id] === 0 ? base : merged);
        return openLanguageModel({ config, source: new LayeredSource([base, merged], choose), device });
      },
      groups: layers.groups,
      drift: async ({ id }) => {
        const tensors = [...merged.tensors.keys()].filter(
          (name) => layers.groupOf(name).id === id && name.endsWith("norm.weight"),
        );
        const drifts = await Promise.all(
          tensors.map((name) => tensorDrift(base, merged, name, device, { layer: layers.layerOf(name) })),
        );
        return drifts.flatMap((drift) => drift ?? []);
      },
      recipe: (strengths) => JSON.stringify(strengths),
    };
  });

  it.each(["down", "up"] as const)(
    "finds the layer that breaks the merge, and leaves it to the base (%s)",
    async (order) => {
      const report = await runGuard({
        ...run,
        options: {
          sets: [{ id: "two", name: "Two", split: "search", prompts: PROMPTS.map((text) => ({ text })) }],
          cap: 2,
          action: "roll-back",
          groupLayers: 2,
          order,
          positions: "tail:8",
        },
      });
      const groups = ["embedding", "layers 0–1", "layers 2–3", "layers 4–5", "head"];
      expect(report.stages.map(({ group }) => group.id)).toEqual(order === "up" ? groups : groups.toReversed());
      for (const { group, verdict, relative, divergence, drift } of report.stages) {
        const broken = group.id === "layers 2–3";
        expect([group.id, verdict]).toEqual([group.id, broken ? "rolled-back" : "kept"]);
        expect(relative.ratio > 2).toBe(broken);
        expect(divergence.symmetric > 1).toBe(broken);
        expect(drift.some((tensor) => tensor.relative > 0.5)).toBe(broken);
      }
      expect(report.strengths).toEqual({ "layers 2–3": 0 });
      expect(report.end.eos?.perId.map(({ token }) => token)).toEqual(["<|endoftext|>"]);
      // The last stage was the whole model in parts, the end is the whole model in one.
      expect(report.stages.at(-1)?.relative.ln).toBeCloseTo(report.end.relative.ln, 6);
      expect(report.stages.at(-1)?.divergence.symmetric).toBeCloseTo(report.end.divergence.symmetric, 6);
    },
  );
});
