import { describe, expect, it } from "vitest";
import type { Device } from "../../compute/device";
import { normals } from "../../compute/devices/devices.testing";
import { narrow, widen } from "../../formats/convert";
import { mergedValues, mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "../merge.testing";
import { expectClose, family, recipeOf } from "./oracles.testing";
import { vector } from "./vectors.testing";

/** Shapes, dtypes, masks and blocks: the same bytes however a tensor is cut. */
export function describeBytes(open: () => Device): void {
  it("merges tensors of rank 0, 1 and 3 alike", async () => {
    const { origin, tunes } = family(2, 24);
    const flat = await mergedValues(open(), recipeOf("ties", origin, tunes));
    expect(await mergedValues(open(), recipeOf("ties", origin, tunes, [2, 3, 4]))).toEqual(flat);
    const scalar = { method: "linear", models: [{ model: vector("s", [3], []), parameters: { weight: 2 } }] };
    expect([...(await mergedValues(open(), scalar))]).toEqual([3]);
  });

  it("takes the first rows of unlike embeddings, and never cuts a row", async () => {
    const long = Array.from({ length: 5 * 3 }, (_, i) => i);
    const short = Array.from({ length: 4 * 3 }, (_, i) => 100 + i);
    const recipe = (longShape: readonly number[]) => ({
      method: "linear",
      models: [
        { model: vector("long", long, longShape), parameters: { weight: 1 } },
        { model: vector("short", short, [4, 3]), parameters: { weight: 1 } },
      ],
      globals: { normalize: false },
    });
    expect([...(await mergedValues(open(), recipe([5, 3]), [4, 3]))]).toEqual(short.map((value, i) => value + i));
    await expect(mergedValues(open(), recipe([3, 5]), [3, 4])).rejects.toMatchObject({
      code: "merge/unlike-shape",
      facts: { model: "long", found: "[3, 5]", expected: "[3, 4]" },
    });
  });

  describe("random masks", () => {
    const count = 20_000;
    const density = 0.3;
    const origin = new Float32Array(count);
    const ones = origin.map((_, i) => 1 + (i % 7));
    const recipe = (seed: number): TestRecipe => ({
      ...recipeOf("dare_linear", origin, [
        { values: ones, weight: 1, density },
        { values: ones, weight: -1, density },
      ]),
      seed,
    });
    const alone = (k: number): TestRecipe => {
      const { models, ...rest } = recipe(1);
      return { ...rest, models: [models[k], models[2]].filter((model) => model !== undefined) };
    };

    it("keep the asked share, scaled to the dense L1 norm", async () => {
      const merged = await mergedValues(open(), alone(0));
      const kept = Array.from(merged.keys()).filter((i) => merged[i] !== 0);
      expect(Math.abs(kept.length / count - density)).toBeLessThan(5 * Math.sqrt((density * (1 - density)) / count));
      const length = (values: Float32Array) => values.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(length(merged) / length(ones)).toBeCloseTo(1, 5);
      const factor = (merged[kept[0] ?? 0] ?? 0) / (ones[kept[0] ?? 0] ?? 1);
      expectClose(
        Float32Array.from(kept, (i) => merged[i] ?? 0),
        kept.map((i) => factor * (ones[i] ?? 0)),
        1e-6,
      );
    });

    it("depend on the seed and on the model, and on nothing else", async () => {
      const first = await mergedValues(open(), alone(0));
      const second = await mergedValues(open(), alone(1));
      const agreement = first.filter((value, i) => (value !== 0) === (second[i] !== 0)).length / count;
      expect(Math.abs(agreement - (density ** 2 + (1 - density) ** 2))).toBeLessThan(0.02);
      expect(await mergedValues(open(), { ...alone(0), seed: 2 })).not.toEqual(first);
      expect(await mergedValues(open(), alone(0))).toEqual(first);
    });

    it("keep nothing at density 0", async () => {
      const none = recipeOf("dare_linear", origin, [{ values: ones, weight: 1, density: 0 }]);
      expect(await mergedValues(open(), none)).toEqual(origin);
    });
  });

  it.each(["BF16", "F16", "F32"] as const)(
    "copies %s that nothing changes byte for byte, NaN and subnormals too",
    async (dtype) => {
      const all = Float32Array.from([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-40, 6e-8, -1.5, 3e38]);
      const model = vector("a", all, [7], dtype);
      const recipe: TestRecipe = { method: "passthrough", models: [{ model }], output: dtype };
      const [bytes] = await mergeToMemory(testPlan(recipe), {
        models: modelsOf(recipe),
        device: open(),
        allowNonFinite: true,
      });
      expect(bytes).toEqual(narrow(all, dtype));
    },
  );

  it("casts what nothing else changes", async () => {
    const values = normals(3, 2000).map((x) => x * 100);
    const recipe: TestRecipe = { method: "passthrough", models: [{ model: vector("a", values) }], output: "F16" };
    expect(await mergedValues(open(), recipe)).toEqual(widen(narrow(values, "F16"), "F16"));
  });

  describe("blocks of 4 KiB, 1 MiB and 64 MiB give the same bytes", () => {
    // More leaves than a block of 1 MiB has, and a last leaf that is not whole.
    const count = 270_001;
    const [origin, first, second] = [normals(1, count), normals(2, count), normals(3, count)];
    const bf16 = (key: string, values: Float32Array) => vector(key, values, [count], "BF16");
    const two = [
      { model: bf16("first", first), parameters: { weight: 0.6, density: 0.31 } },
      { model: vector("second", second), parameters: { weight: 0.5, density: 0.62 } },
    ];
    const all = [...two, { model: bf16("origin", origin), isBase: true, parameters: { weight: 0.1 } }];
    // Rows longer than a piece of a sum, cut by every block; columns that go through all of them.
    const shape = [107, 2521];
    const matrix = (key: string, values: Float32Array) => vector(key, values.subarray(0, 107 * 2521), shape, "BF16");
    const rows = [
      { model: matrix("first", first), parameters: { weight: 0.6 } },
      { model: matrix("second", second), parameters: { weight: 0.5 } },
      { model: matrix("origin", origin), isBase: true },
    ];
    const recipes: readonly TestRecipe[] = [
      { method: "linear", models: all },
      { method: "slerp", models: all.slice(1), globals: { t: 0.4 } },
      { method: "task_arithmetic", models: all },
      { method: "sce", models: all, globals: { select_topk: 0.31 } },
      { method: "ties", models: all, globals: { rescale: true } },
      { method: "dare_linear", models: all, seed: 7 },
      { method: "dare_ties", models: all, seed: 7 },
      { method: "breadcrumbs_ties", models: all, globals: { rescale: true } },
      { method: "nuslerp", models: all },
      { method: "nuslerp", models: rows, globals: { nuslerp_flatten: false } },
      { method: "nuslerp", models: rows, globals: { nuslerp_flatten: false, nuslerp_row_wise: true } },
      { method: "model_stock", models: rows, globals: { filter_wise: true } },
      { method: "passthrough", models: two.slice(0, 1).map(({ model }) => ({ model, parameters: { scale: 0.3 } })) },
    ];
    it.each(recipes)("$method", async (recipe) => {
      const plan = testPlan({ ...recipe, output: "BF16" });
      const merge = (blockBytes: number) =>
        mergeToMemory(plan, { models: modelsOf(recipe), device: open(), blockBytes });
      const [whole] = await merge(64 * 1024 * 1024);
      expect(sameBytes(whole, (await merge(1024 * 1024))[0])).toBe(true);
      expect(sameBytes(whole, (await merge(4096))[0])).toBe(true);
    });
  });
}
