import type { OutputDType } from "../../formats/dtypes";
import { testModel } from "../../model/checkpoint.testing";
import type { ResolvedParameters } from "../../recipe/facts";
import type { TestRecipe } from "../merge.testing";

/** Two rows of four: a base, three deltas without equal magnitudes, and what mergekit makes of them in float32. */
export const B = [0.5, -1, 0.25, 2, -0.75, 1.5, 0, -0.125];
export const DELTAS = {
  A: [0.125, -0.25, 0, 0.5, 0.0625, -0.375, 0.03125, 0.75],
  B: [-0.5, -0.125, 0.25, 0.0625, 0.1875, 0, -0.3125, 0.4375],
  C: [0.0625, 0.3125, -0.125, -0.25, 0.5, -0.1875, 0.21875, 0],
};
export const WEIGHTS = { A: 0.5, B: 0.3, C: 0.4 };

export const vector = (
  key: string,
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
  dtype?: OutputDType,
) => testModel(key, { x: { shape, values, ...(dtype && { dtype }) } });

export const base = { model: vector("base", B, [2, 4]), isBase: true };
export const tuned = (["A", "B", "C"] as const).map((key) => ({
  model: vector(
    key,
    B.map((value, i) => value + (DELTAS[key][i] ?? 0)),
    [2, 4],
  ),
  parameters: { weight: WEIGHTS[key] } as ResolvedParameters,
}));
const [first] = tuned;
if (!first) throw new Error("unreachable");
export const a = first;
export const two = tuned.slice(0, 2);
export const unweighted = tuned.map(({ model }) => ({ model }));
export const withGamma = (gamma: number) =>
  tuned.map(({ model, parameters }) => ({ model, parameters: { ...parameters, density: 0.5, gamma } }));
export const withDensity = (density: number) =>
  tuned.map(({ model, parameters }) => ({ model, parameters: { ...parameters, density } }));

export const VECTORS: readonly {
  readonly name: string;
  readonly recipe: TestRecipe;
  readonly expected: readonly number[];
}[] = [
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
