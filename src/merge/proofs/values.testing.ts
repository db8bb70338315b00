import { describe, expect, it } from "vitest";
import type { Device } from "../../compute/device";
import { normals } from "../../compute/devices/devices.testing";
import { mergedValues } from "../merge.testing";
import { expectClose, family, fusionOracle, recipeOf, sceOracle, taskOracle } from "./oracles.testing";
import { VECTORS, vector } from "./vectors.testing";

/** What methods make of elements, against the formulas of their papers. */
export function describeValues(open: () => Device): void {
  describe("values that mergekit gives", () => {
    it.each(VECTORS)("$name", async ({ recipe, expected }) => {
      expectClose(await mergedValues(open(), recipe), expected, 4e-7);
    });
  });

  describe.each([1, 2, 7])("%i fine-tunes", (models) => {
    it.each([1, 7, 1025, 5003])("of %i elements: linear, task_arithmetic, ties", async (count) => {
      const { origin, tunes } = family(models, count);
      const dense = tunes.map(({ values, weight }) => ({ values, weight }));
      expectClose(
        await mergedValues(open(), recipeOf("task_arithmetic", origin, dense)),
        taskOracle(origin, dense, { consensus: false, normalize: false }),
        1e-6,
      );
      const keeping = tunes.map((tune) => ({ ...tune, density: Math.max(tune.density ?? 1, 1 / count) }));
      expectClose(
        await mergedValues(open(), recipeOf("ties", origin, keeping)),
        taskOracle(origin, keeping, { consensus: true, normalize: true }),
        1e-5, // shares of mixed signs may all but cancel
      );
      const total = dense.reduce((sum, { weight }) => sum + weight, 0);
      const mean = Array.from(
        origin,
        (_, i) => dense.reduce((sum, m) => sum + m.weight * (m.values[i] ?? 0), 0) / total,
      );
      const { models: all } = recipeOf("linear", origin, dense);
      expectClose(await mergedValues(open(), { method: "linear", models: all.slice(0, -1) }), mean, 2e-6);
    });
  });

  it("keeps exactly trunc(density · n) elements, lowest index first among equals", async () => {
    const count = 3000;
    const origin = new Float32Array(count);
    const values = Float32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 0.5 : i % 3 === 1 ? -0.25 : 0.25));
    const merged = await mergedValues(open(), recipeOf("ties", origin, [{ values, weight: 1, density: 0.4567 }]));
    const kept = Array.from(merged.keys()).filter((i) => merged[i] !== 0);
    const quarters = Array.from(values.keys()).filter((i) => i % 3 !== 0);
    const expected = Array.from(values.keys()).filter(
      (i) => i % 3 === 0 || quarters.indexOf(i) < Math.trunc(0.4567 * count) - 1000,
    );
    expect(kept).toEqual(expected);
  });

  it.each(["ties", "dare_ties"])("%s elects plus where weighted deltas cancel exactly", async (method) => {
    const origin = new Float32Array(4096);
    const deltas = normals(5, 4096);
    const recipe = recipeOf(method, origin, [
      { values: deltas, weight: 0.3 },
      { values: deltas.map((delta) => -delta), weight: 0.3 },
    ]);
    const merged = await mergedValues(open(), { ...recipe, globals: { normalize: true } });
    expect(merged.filter((value) => value < 0)).toHaveLength(0);
    expectClose(merged, Array.from(deltas, Math.abs), 1e-6);
  });

  it.each(["task_arithmetic", "ties", "dare_linear", "dare_ties"])(
    "%s gives the base back where nothing differs",
    async (method) => {
      const origin = normals(1, 1000);
      const same = { values: origin, weight: 0.5, density: 0.5 };
      expect(await mergedValues(open(), recipeOf(method, origin, [same, same]))).toEqual(origin);
    },
  );

  it("blends with one delta that is all zero, and with deltas of 1e-5", async () => {
    const { origin, tunes } = family(2, 2048, 1e-5);
    const some = [...tunes.map((tune) => ({ ...tune, weight: 0.5 })), { values: origin, weight: 0.2, density: 0.3 }];
    const merged = await mergedValues(open(), recipeOf("ties", origin, some));
    const expected = taskOracle(origin, some, { consensus: true, normalize: true });
    expectClose(merged, expected, 4e-7);
  });

  it("does not divide by weights that add up to nothing", async () => {
    const { origin, tunes } = family(2, 100);
    const opposite = tunes.map(({ values }, k) => ({ values, weight: k === 0 ? 0.5 : -0.5 }));
    const recipe = { ...recipeOf("task_arithmetic", origin, opposite), globals: { normalize: true } };
    const expected = taskOracle(origin, opposite, { consensus: false, normalize: false });
    expectClose(await mergedValues(open(), recipe), expected, 1e-6);
  });

  it.each([
    [[6, 700], 0.1, 0],
    [[6, 700], 1e-4, 0],
    [[5000], 0.02, 300],
    [[3, 40, 30], 0.05, -200],
    [[2, 2], 0.3, 0],
    [[1], 0.3, 0],
  ] as const)(
    "arcee_fusion of %j with changes of %d around %d copies what an oracle in f64 copies",
    async (shape, size, middle) => {
      const count = shape.reduce((product: number, length) => product * length, 1);
      const origin = normals(1, count).map((x) => middle + x);
      const noise = normals(2, count);
      const values = origin.map((x, i) => x + size * (noise[i] ?? 0));
      const merged = await mergedValues(open(), {
        method: "arcee_fusion",
        models: [{ model: vector("base", origin, shape), isBase: true }, { model: vector("other", values, shape) }],
      });
      const { scores, threshold } = fusionOracle(origin, values, shape.at(-1) ?? 1);
      const wrong = scores.filter((score, i) => {
        if (Math.abs(score / threshold - 1) < 1e-3) return false;
        const [x, b] = [values[i] ?? 0, origin[i] ?? 0];
        return merged[i] !== (score >= threshold ? Math.fround(b + Math.fround(x - b)) : b);
      });
      expect(wrong).toEqual([]);
      if (count > 1000) expect(scores.filter((score) => score >= threshold).length).toBeGreaterThan(0);
    },
  );

  it("arcee_fusion gives the base back where nothing differs", async () => {
    const origin = normals(1, 1000);
    const models = [{ model: vector("base", origin), isBase: true }, { model: vector("same", origin) }];
    expect(await mergedValues(open(), { method: "arcee_fusion", models })).toEqual(origin);
  });

  it.each([1, 2, 7])("ram of %i models adds what one moves and averages what several move", async (models) => {
    const { origin, tunes } = family(models, 5003);
    const sparse = tunes.map(({ values }, k) => values.map((x, i) => ((i * (k + 3)) % 5 < 2 ? x : (origin[i] ?? 0))));
    const recipe = {
      models: [
        { model: vector("base", origin), isBase: true },
        ...sparse.map((values, k) => ({ model: vector(`tune ${k}`, values) })),
      ],
    };
    const deltas = sparse.map((values) => Array.from(values, (x, i) => Math.fround(x - (origin[i] ?? 0))));
    const moves = deltas.map((delta) => delta.map((d) => Math.abs(d) > Math.fround(1e-5)));
    const movers = Array.from(origin, (_, i) => moves.filter((moved) => moved[i]).length);
    const oracle = (factors: readonly number[]) =>
      Array.from(origin, (b, i) =>
        deltas.reduce((sum, delta, k) => {
          if (!moves[k]?.[i]) return sum;
          return (
            sum + ((movers[i] ?? 0) > 1 ? (delta[i] ?? 0) / (movers[i] ?? 1) : (factors[k] ?? 1) * (delta[i] ?? 0))
          );
        }, b),
      );
    expectClose(await mergedValues(open(), { method: "ram", ...recipe }), oracle([]), 4e-7);
    const factors = moves.map((moved) => {
      const alone = moved.filter((moves, i) => moves && movers[i] === 1).length;
      const shared = moved.filter((moves, i) => moves && (movers[i] ?? 0) > 1).length;
      return 1 + 0.5 * Math.min(shared / Math.max(alone, 1e-5), 0.7);
    });
    const globals = { r: 0.5, alpha: 0.7 };
    expectClose(await mergedValues(open(), { method: "ramplus_tl", ...recipe, globals }), oracle(factors), 4e-7);
  });

  it.each([2, 3, 7])(
    "sce of %i models selects by variance, weights by energy and erases minorities",
    async (models) => {
      const { origin, tunes } = family(models, 5003);
      const recipe = {
        method: "sce",
        models: [
          { model: vector("base", origin), isBase: true },
          ...tunes.map(({ values }, k) => ({ model: vector(`tune ${k}`, values) })),
        ],
      };
      for (const select_topk of [1, 0.37, 0.0002]) {
        const expected = sceOracle(
          origin,
          tunes.map(({ values }) => values),
          select_topk,
        );
        expectClose(await mergedValues(open(), { ...recipe, globals: { select_topk } }), expected, 1e-6);
      }
    },
  );

  it("sce counts what it selects in float32, of the elements that differ, lowest index first among equals", async () => {
    const origin = new Float32Array(130);
    const values = origin.map((_, i) => (i < 100 ? 1 : 0));
    const models = [
      { model: vector("base", origin), isBase: true },
      { model: vector("a", values) },
      { model: vector("b", origin) },
    ];
    const merged = await mergedValues(open(), { method: "sce", models, globals: { select_topk: 0.29 } });
    expect([...merged]).toEqual(Array.from(origin, (_, i) => (i < 29 ? 1 : 0))); // in f64 it would be 28
  });

  it.each([
    ["nothing is selected", { select_topk: 0 }, [2, 3]],
    ["the models are one", { select_topk: 0.5 }, [2, 2]],
    ["there is one model", { select_topk: 0.5 }, [2]],
    ["too few are selected to be one", { select_topk: 0.01 }, [2, 3]],
  ] as const)("sce gives the base back where %s", async (_, globals, factors) => {
    const origin = Float32Array.of(1, -2, 3, -0);
    const models = factors.map((factor, k) => ({
      model: vector(
        `tune ${k}`,
        origin.map((x) => factor * x),
      ),
    }));
    const recipe = { method: "sce", models: [{ model: vector("base", origin), isBase: true }, ...models], globals };
    expect(await mergedValues(open(), recipe)).toEqual(origin);
  });
}
