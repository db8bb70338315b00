import { describe, expect, it } from "vitest";
import type { Device } from "../compute/device";
import { normals } from "../compute/devices/devices.testing";
import { narrow, widen } from "../formats/convert";
import type { OutputDType } from "../formats/dtypes";
import { testModel } from "../model/checkpoint.testing";
import type { ResolvedParameters } from "../recipe/facts";
import { mergedValues, mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "./merge.testing";

/** Two rows of four: a base, three deltas without equal magnitudes, and what mergekit makes of them in float32. */
const B = [0.5, -1, 0.25, 2, -0.75, 1.5, 0, -0.125];
const DELTAS = {
  A: [0.125, -0.25, 0, 0.5, 0.0625, -0.375, 0.03125, 0.75],
  B: [-0.5, -0.125, 0.25, 0.0625, 0.1875, 0, -0.3125, 0.4375],
  C: [0.0625, 0.3125, -0.125, -0.25, 0.5, -0.1875, 0.21875, 0],
};
const WEIGHTS = { A: 0.5, B: 0.3, C: 0.4 };

const vector = (
  key: string,
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
  dtype?: OutputDType,
) => testModel(key, { x: { shape, values, ...(dtype && { dtype }) } });

const base = { model: vector("base", B, [2, 4]), isBase: true };
const tuned = (["A", "B", "C"] as const).map((key) => ({
  model: vector(
    key,
    B.map((value, i) => value + (DELTAS[key][i] ?? 0)),
    [2, 4],
  ),
  parameters: { weight: WEIGHTS[key] } as ResolvedParameters,
}));
const [a] = tuned;
if (!a) throw new Error("unreachable");
const two = tuned.slice(0, 2);
const unweighted = tuned.map(({ model }) => ({ model }));
const withGamma = (gamma: number) =>
  tuned.map(({ model, parameters }) => ({ model, parameters: { ...parameters, density: 0.5, gamma } }));
const withDensity = (density: number) =>
  tuned.map(({ model, parameters }) => ({ model, parameters: { ...parameters, density } }));

const VECTORS: readonly { readonly name: string; readonly recipe: TestRecipe; readonly expected: readonly number[] }[] =
  [
    {
      name: "linear",
      recipe: { method: "linear", models: tuned },
      expected: [0.4479167, -1.03125, 0.2708333, 2.140625, -0.5104166, 1.28125, 0.007812499, 0.296875],
    },
    {
      name: "linear, normalize false",
      recipe: { method: "linear", models: tuned, globals: { normalize: false } },
      expected: [0.5375, -1.2375, 0.325, 2.56875, -0.6125, 1.5375, 0.009374999, 0.35625],
    },
    {
      name: "slerp",
      recipe: { method: "slerp", models: [a, base], globals: { t: 0.3 } },
      expected: [0.543288, -1.086576, 0.2526109, 2.173152, -0.7387995, 1.401466, 0.009516579, 0.1020925],
    },
    {
      name: "task_arithmetic",
      recipe: { method: "task_arithmetic", models: [...tuned, base] },
      expected: [0.4375, -1.0375, 0.275, 2.16875, -0.4625, 1.2375, 0.009374999, 0.38125],
    },
    {
      name: "task_arithmetic, normalize true, lambda 0.5",
      recipe: { method: "task_arithmetic", models: [...tuned, base], globals: { normalize: true, lambda: 0.5 } },
      expected: [0.4739583, -1.015625, 0.2604167, 2.070312, -0.6302083, 1.390625, 0.003906249, 0.0859375],
    },
    {
      name: "ties, density 1",
      recipe: { method: "ties", models: [base, ...tuned] },
      expected: [0, -1.203125, 0.5, 2.335938, -0.5104166, 1.208333, 0.1145833, 0.5078125],
    },
    {
      name: "ties, density 0.5",
      recipe: { method: "ties", models: [...withDensity(0.5), base] },
      expected: [0, -0.6875, 0.5, 2.5, -0.25, 1.125, -0.3125, 0.5078125],
    },
    {
      name: "ties, density 0.5, normalize false, rescale true",
      recipe: { method: "ties", models: [...withDensity(0.5), base], globals: { normalize: false, rescale: true } },
      expected: [0.3125, -0.8384147, 0.34375, 2.279167, -0.4914634, 1.290625, -0.1171875, 0.4578125],
    },
    {
      name: "dare_linear, density 1",
      recipe: { method: "dare_linear", models: [...tuned, base] },
      expected: [0.4375, -1.0375, 0.275, 2.16875, -0.4625, 1.2375, 0.009374999, 0.38125],
    },
    {
      name: "nuslerp",
      recipe: { method: "nuslerp", models: two },
      expected: [0.3946586, -1.217343, 0.3480973, 2.363349, -0.6481376, 1.281087, -0.09916325, 0.5135548],
    },
    {
      name: "nuslerp, with a base",
      recipe: { method: "nuslerp", models: [...two, base] },
      expected: [0.3606513, -1.238212, 0.3648688, 2.390272, -0.618654, 1.228834, -0.1209888, 0.6183533],
    },
    {
      name: "nuslerp, with a base, flatten false",
      recipe: { method: "nuslerp", models: [...two, base], globals: { nuslerp_flatten: false } },
      expected: [0.3261486, -1.277314, 0.3888926, 2.450458, -0.6307069, 1.248908, -0.1081498, 0.5578876],
    },
    {
      name: "nuslerp, with a base, flatten false, row_wise true",
      recipe: {
        method: "nuslerp",
        models: [...two, base],
        globals: { nuslerp_flatten: false, nuslerp_row_wise: true },
      },
      expected: [0.1479455, -1.227292, 0.569621, 2.343061, -0.4698189, 1.240246, -0.3495229, 0.5222544],
    },
    {
      name: "breadcrumbs, density 0.5, gamma 0.25",
      recipe: { method: "breadcrumbs", models: [...withGamma(0.25), base] },
      expected: [0.5625, -1.1625, 0.275, 1.9, -0.6625, 1.2375, -0.006250001, -0.125],
    },
    {
      name: "breadcrumbs_ties, density 0.5, gamma 0.25",
      recipe: { method: "breadcrumbs_ties", models: [...withGamma(0.25), base] },
      expected: [0.5625, -1.1625, 0.325, 1.9, -0.6625, 1.2375, -0.09375, -0.125],
    },
    {
      name: "breadcrumbs, density 0.5, gamma 0.1: no outlier to drop, nothing kept",
      recipe: { method: "breadcrumbs", models: [...withGamma(0.1), base] },
      expected: B,
    },
    {
      name: "model_stock",
      recipe: { method: "model_stock", models: [...tuned, base] },
      expected: [0.4881777, -1.002364, 0.2547289, 2.011822, -0.7216265, 1.47872, -0.002364455, -0.08007535],
    },
    {
      name: "model_stock, filter_wise",
      recipe: { method: "model_stock", models: [base, ...tuned], globals: { filter_wise: true } },
      expected: [1.429481, -0.8141031, -0.1217921, 1.070518, -0.6009535, 1.388215, -0.01242055, 0.1109904],
    },
    {
      name: "multislerp",
      recipe: { method: "multislerp", models: tuned },
      expected: [0.4668187, -1.037129, 0.2713366, 2.180514, -0.5039198, 1.339407, 0.02284327, 0.2641724],
    },
    {
      name: "multislerp, with a base",
      recipe: { method: "multislerp", models: [...tuned, base] },
      expected: [0.3948292, -0.9935107, 0.2769321, 2.152803, -0.3008355, 1.157972, 0.02583399, 0.5028643],
    },
    {
      name: "karcher",
      recipe: { method: "karcher", models: unweighted },
      expected: [0.4161434, -1.0279, 0.2917575, 2.145896, -0.4946379, 1.368664, -0.005464172, 0.2405961],
    },
    {
      name: "nearswap, t 0.1",
      recipe: { method: "nearswap", models: [base, { model: a.model }], globals: { t: 0.1 } },
      expected: [0.6, -1.1, 0.25, 2.1, -0.6875, 1.4, 0.03125, -0.025],
    },
    {
      name: "ram",
      recipe: { method: "ram", models: [...unweighted, base] },
      expected: [0.3958333, -1.020833, 0.3125, 2.104167, -0.5, 1.21875, -0.02083334, 0.46875],
    },
    {
      name: "ram, epsilon 0.2",
      recipe: { method: "ram", models: [...unweighted, base], globals: { epsilon: 0.2 } },
      expected: [0, -0.96875, 0.5, 2.125, -0.25, 1.125, -0.046875, 0.46875],
    },
    {
      name: "ramplus_tl, epsilon 0.2",
      recipe: { method: "ramplus_tl", models: [...unweighted, base], globals: { epsilon: 0.2 } },
      expected: [-0.00999999, -0.96875, 0.505, 2.125, -0.24, 1.1175, -0.046875, 0.46875],
    },
    {
      name: "arcee_fusion",
      recipe: { method: "arcee_fusion", models: [base, { model: a.model }] },
      expected: [0.5, -1, 0.25, 2, -0.75, 1.125, 0, 0.625],
    },
    {
      name: "sce",
      recipe: { method: "sce", models: [...unweighted, base] },
      expected: [0, -1.201529, 0.5, 2.330352, -0.5485773, 1.187067, -0.3125, 0.5038228],
    },
    {
      name: "sce, select_topk 0.5",
      recipe: { method: "sce", models: [...unweighted, base], globals: { select_topk: 0.5 } },
      expected: [0, -1.20737, 0.25, 2.350795, -0.75, 1.5, 0, 0.5184249],
    },
    {
      name: "passthrough, scale 0.5",
      recipe: { method: "passthrough", models: [{ model: a.model, parameters: { scale: 0.5 } }] },
      expected: [0.3125, -0.625, 0.125, 1.25, -0.34375, 0.5625, 0.015625, 0.3125],
    },
  ];

/** Select, calculate, erase, in f64. */
function sceOracle(origin: ArrayLike<number>, tunes: readonly ArrayLike<number>[], topk: number): number[] {
  const deltas = tunes.map((values) => Array.from(values, (x, i) => Math.fround(x - (origin[i] ?? 0))));
  if (topk < 1) {
    const variances = Array.from(origin, (_, i) => {
      const mean = deltas.reduce((sum, delta) => sum + (delta[i] ?? 0), 0) / deltas.length;
      return deltas.reduce((sum, delta) => sum + ((delta[i] ?? 0) - mean) ** 2, 0) / deltas.length;
    });
    const differing = variances.filter((variance) => variance > 0).length;
    const order = variances.map((_, i) => i).sort((i, j) => (variances[j] ?? 0) - (variances[i] ?? 0) || i - j);
    const k = Math.trunc(Math.fround(Math.fround(differing) * Math.fround(topk)));
    for (const i of order.slice(k)) for (const delta of deltas) delta[i] = 0;
  }
  const energies = deltas.map((delta) => delta.reduce((sum, d) => sum + d * d, 0) / delta.length);
  const total = energies.reduce((sum, energy) => sum + energy, 0);
  const weights = energies.map((energy) => (total < 1e-6 ? 1 / deltas.length : energy / total));
  return Array.from(origin, (b, i) => {
    const votes = deltas.reduce((sum, delta) => Math.fround(sum + (delta[i] ?? 0)), 0);
    const agree = weights.map((weight, k) => ((deltas[k]?.[i] ?? 0) * (votes >= 0 ? 1 : -1) > 0 ? weight : 0));
    const share = agree.reduce((sum, weight) => sum + weight, 0);
    return b + agree.reduce((sum, weight, k) => sum + weight * (deltas[k]?.[i] ?? 0), 0) / Math.max(share, 1e-6);
  });
}

/** Task vectors of `models` fine-tunes of one base, in f64: the formula as the papers write it, with sorting for ranks. */
function taskOracle(origin: ArrayLike<number>, models: readonly Tuned[], options: OracleOptions): number[] {
  const kept = models.map(({ values, density = 1 }) => {
    const delta = Array.from(values, (value, i) => Math.fround(value - (origin[i] ?? 0)));
    const order = delta.map((_, i) => i).sort((i, j) => Math.abs(delta[j] ?? 0) - Math.abs(delta[i] ?? 0) || i - j);
    for (const i of order.slice(density >= 1 ? delta.length : Math.trunc(density * delta.length))) delta[i] = 0;
    return delta;
  });
  const weights = models.map(({ weight }) => Math.fround(weight));
  return Array.from(origin, (value, i) => {
    const votes = kept.map((delta, k) => Math.fround((weights[k] ?? 0) * (delta[i] ?? 0)));
    const elected = votes.reduce((sum, vote) => Math.fround(sum + vote), 0) >= 0 ? 1 : -1;
    const agreeing = votes.map((vote) => !options.consensus || Math.sign(vote) === elected);
    const mix = votes.reduce((sum, vote, k) => sum + (agreeing[k] ? vote : 0), 0);
    const share = weights.reduce((sum, weight, k) => sum + (agreeing[k] ? weight : 0), 0);
    return value + mix / (options.normalize && share !== 0 ? share : 1);
  });
}

interface Tuned {
  readonly values: Float32Array;
  readonly weight: number;
  readonly density?: number;
}
interface OracleOptions {
  readonly consensus: boolean;
  readonly normalize: boolean;
}

/** A base and `models` fine-tunes of it, with weights of both signs. */
function family(models: number, count: number, size = 0.1): { origin: Float32Array; tunes: Tuned[] } {
  const origin = normals(1, count);
  const tunes = Array.from({ length: models }, (_, k) => {
    const noise = normals(k + 2, count);
    return {
      values: origin.map((value, i) => value + size * (noise[i] ?? 0)),
      weight: [0.5, -0.3, 0.4, 0.7, -0.1, 0.2, 1.1][k] ?? 1,
      density: [0.4, 0.7, 1, 0.2, 0.5, 0.9, 0.3][k] ?? 1,
    };
  });
  return { origin, tunes };
}

function recipeOf(
  method: string,
  origin: ArrayLike<number>,
  tunes: readonly Tuned[],
  shape?: readonly number[],
): TestRecipe {
  return {
    method,
    models: [
      ...tunes.map(({ values, weight, density }, k) => ({
        model: vector(`tune ${k}`, values, shape),
        parameters: { weight, ...(density !== undefined && { density }) },
      })),
      { model: vector("origin", origin, shape), isBase: true },
    ],
  };
}

/** Scores of changes and their threshold, in f64, by the stable form of the divergence. */
function fusionOracle(origin: Float32Array, values: Float32Array, length: number) {
  const delta = Array.from(values, (x, i) => Math.fround(x - (origin[i] ?? 0)));
  const scores = delta.map(Math.abs);
  for (let row = 0; row < origin.length; row += length) {
    const b = origin.subarray(row, row + length);
    const top = b.reduce((x, y) => Math.max(x, y));
    const weights = Array.from(b, (x) => Math.exp(x - top));
    const total = weights.reduce((x, y) => x + y);
    const mean = weights.reduce((sum, weight, i) => sum + (weight / total) * (delta[row + i] ?? 0), 0);
    const z = Array.from(b, (_, i) => (delta[row + i] ?? 0) - mean);
    const grown = z.map((x) => (Math.abs(x) < 1e-3 ? (x * x) / 2 + x ** 3 / 6 + x ** 4 / 24 : Math.expm1(x) - x));
    const m = grown.reduce((sum, g, i) => sum + ((weights[i] ?? 0) / total) * g, 0);
    const pulled = z.reduce((sum, x, i) => sum + ((weights[i] ?? 0) / total) * x * Math.expm1(x), 0);
    const divergence = Math.max(0, pulled / (1 + m) - Math.log1p(m));
    for (let i = row; i < row + b.length; i++) scores[i] = (scores[i] ?? 0) * divergence;
  }
  const sorted = scores.toSorted((x, y) => x - y);
  const at = (share: number) => sorted[Math.trunc(Math.fround(share * (sorted.length - 1)))] ?? 0;
  return { scores, threshold: at(0.5) + 1.5 * (at(0.75) - at(0.25)) };
}

/** Every method computes what it says, on the device that `open` gives. */
export function describeMethods(open: () => Device): void {
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

  it("slerp goes straight where the models are alike or opposite, and takes its direction from neither if one is zero", async () => {
    const origin = normals(1, 1500);
    const slerp = async (values: Float32Array, t: number) =>
      mergedValues(open(), {
        method: "slerp",
        models: [{ model: vector("origin", origin), isBase: true }, { model: vector("other", values) }],
        globals: { t },
      });
    expectClose(await slerp(origin, 0.5), origin, 1e-7);
    expectClose(
      await slerp(
        origin.map((x) => -x),
        0.25,
      ),
      Array.from(origin, (x) => 0.5 * x),
      1e-6,
    );
    expectClose(
      await slerp(new Float32Array(1500), 0.5),
      Array.from(origin, (x) => Math.SQRT1_2 * x),
      1e-6,
    );
    const other = normals(2, 1500);
    expectClose(await slerp(other, 0), origin, 1e-6);
    expectClose(await slerp(other, 1), other, 1e-6);
  });

  it("nuslerp goes straight between opposite rows, and takes its direction from neither if one is zero", async () => {
    const shape = [3, 700];
    const origin = normals(1, 2100);
    const other = origin.map((x, i) => (i < 700 ? x : i < 1400 ? -x : 0));
    const merged = await mergedValues(open(), {
      method: "nuslerp",
      models: [
        { model: vector("origin", origin, shape), parameters: { weight: 0.75 } },
        { model: vector("other", other, shape), parameters: { weight: 0.25 } },
      ],
      globals: { nuslerp_flatten: false },
    });
    const factor = [1, 0.5, Math.sin((0.75 * Math.PI) / 2)];
    expectClose(
      merged,
      Array.from(origin, (x, i) => (factor[Math.floor(i / 700)] ?? 0) * x),
      2e-6,
    );
  });

  it.each(["multislerp", "karcher"])("%s of one direction at several lengths has their mean length", async (method) => {
    const origin = normals(1, 1500);
    const models = [0.5, 1, 3].map((by, k) => ({
      model: vector(
        `of length ${by}`,
        origin.map((x) => by * x),
      ),
      ...(method === "multislerp" && { parameters: { weight: [0.2, 0.2, 0.6][k] ?? 0 } }),
    }));
    const length = method === "karcher" ? 1.5 : 0.2 * 0.5 + 0.2 * 1 + 0.6 * 3;
    expectClose(
      await mergedValues(open(), { method, models }),
      Array.from(origin, (x) => length * x),
      2e-6,
    );
  });

  it("multislerp adds directions that cancel, and gives the base back where nothing differs", async () => {
    const origin = normals(1, 1500);
    const [up, down] = [1, -1].map((sign) =>
      vector(
        `${sign}`,
        origin.map((x) => 2 * sign * x),
      ),
    );
    if (!up || !down) throw new Error("unreachable");
    const opposite = [
      { model: up, parameters: { weight: 0.5 } },
      { model: down, parameters: { weight: 0.25 } },
      { model: down, parameters: { weight: 0.25 } },
    ];
    expectClose(await mergedValues(open(), { method: "multislerp", models: opposite }), new Float32Array(1500), 1e-6);
    const same = [1, 2, 3].map((k) => ({ model: vector(`${k}`, origin), parameters: { weight: 0.3 } }));
    const frozen = { method: "multislerp", models: [...same, { model: vector("base", origin), isBase: true }] };
    expect(await mergedValues(open(), frozen)).toEqual(origin);
  });

  it("karcher stays at the middle of two models at a right angle, and takes no direction from one without length", async () => {
    const [first, second] = [Float32Array.of(3, 0, 0), Float32Array.of(0, 1, 0)];
    const models = [first, second].map((values, k) => ({ model: vector(`${k}`, values) }));
    const middle = 2 * Math.SQRT1_2;
    expectClose(await mergedValues(open(), { method: "karcher", models }), [middle, middle, 0], 1e-6);
    const [one] = models;
    if (!one) throw new Error("unreachable");
    const withNothing = [one, { model: vector("nothing", new Float32Array(3)) }];
    expectClose(await mergedValues(open(), { method: "karcher", models: withNothing }), [1.5, 0, 0], 1e-6);
    const against = [one, { model: vector("against", Float32Array.of(-1, 0, 0)) }];
    expectClose(await mergedValues(open(), { method: "karcher", models: against }), [2, 0, 0], 1e-6);
  });

  it("nearswap takes the other model within t, nothing of it at t = 0, and a share beyond", async () => {
    const origin = new Float32Array(4);
    const values = Float32Array.of(0.05, 0.2, -0.4, 0);
    const recipe = (t: number) => ({
      method: "nearswap",
      models: [{ model: vector("base", origin), isBase: true }, { model: vector("other", values) }],
      globals: { t },
    });
    expectClose(await mergedValues(open(), recipe(0.1)), [0.05, 0.1, -0.1, 0], 1e-7);
    expect(await mergedValues(open(), recipe(0))).toEqual(origin);
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

  it.each([
    [[5, 1500], { nuslerp_flatten: false }],
    [[5, 1500], { nuslerp_flatten: false, nuslerp_row_wise: true }],
    [[1500, 5], { nuslerp_flatten: false }],
    [[1500, 5], { nuslerp_flatten: false, nuslerp_row_wise: true }],
    [[4, 30, 60], { nuslerp_flatten: false, nuslerp_row_wise: true }],
    [[7500], { nuslerp_flatten: false }],
  ] as const)("nuslerp of %j, %j, is an arc for each of its vectors", async (shape, globals) => {
    const count = shape.reduce((product: number, size) => product * size, 1);
    const [base, a, b] = [1, 2, 3].map((seed) => normals(seed, count));
    if (!base || !a || !b) throw new Error("unreachable");
    const recipe = {
      method: "nuslerp",
      models: [
        { model: vector("a", a, shape), parameters: { weight: 0.3 } },
        { model: vector("b", b, shape), parameters: { weight: 0.6 } },
        { model: vector("base", base, shape), isBase: true },
      ],
      globals,
    };
    const merged = await mergedValues(open(), recipe);
    const columns = "nuslerp_row_wise" in globals && shape.length > 1;
    const fibres = columns ? count / shape[0] : count / (shape.at(-1) ?? 1);
    const fibreOf = (i: number) => (columns ? i % fibres : Math.floor(i / (shape.at(-1) ?? 1)));
    const products = Array.from({ length: fibres }, () => [0, 0, 0] as [number, number, number]);
    const deltas = Array.from(base, (x, i) => [(a[i] ?? 0) - x, (b[i] ?? 0) - x] as const);
    deltas.forEach(([p, q], i) => {
      const sums = products[fibreOf(i)];
      if (!sums) return;
      sums[0] += p * p;
      sums[1] += p * q;
      sums[2] += q * q;
    });
    const t = 0.6 / (0.3 + 0.6);
    const expected = deltas.map(([p, q], i) => {
      const [pp, pq, qq] = products[fibreOf(i)] ?? [0, 0, 0];
      const angle = Math.acos(Math.min(1, Math.max(-1, pq / Math.sqrt(pp * qq))));
      if (Math.sin(angle) < 1e-3) return (base[i] ?? 0) + (1 - t) * p + t * q;
      return (base[i] ?? 0) + (Math.sin((1 - t) * angle) * p + Math.sin(t * angle) * q) / Math.sin(angle);
    });
    expectClose(merged, expected, 2e-6);
  });

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

/** Every value within `tolerance` times the largest expected magnitude; a failure names the worst place. */
function expectClose(found: Float32Array, expected: ArrayLike<number>, tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = found.reduce(
    (most, value, i) => {
      const off = Math.abs(value - (expected[i] ?? 0));
      return off <= most.off ? most : { i, off, found: value, expected: expected[i] };
    },
    { i: -1, off: 0, found: 0, expected: 0 as number | undefined },
  );
  if (!(worst.off <= tolerance * scale)) expect(worst).toEqual({ ...worst, found: worst.expected });
  expect(worst.off).toBeLessThanOrEqual(tolerance * scale);
}
