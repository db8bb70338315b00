import type { ParameterFacts } from "../../recipe/facts";
import { arithmetic } from "../arithmetic";
import { finding } from "../facts/findings";
import { DENSITY } from "../facts/parameters";
import { rangeOf } from "./counts";
import { defineSparsifier } from "./sparsifier";

const GAMMA = { kind: "number", default: 0.01, range: [0, 0.2], step: 0.001 } as const satisfies ParameterFacts;

export const BREADCRUMBS_PAPER = {
  title: "Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks",
  url: "https://arxiv.org/abs/2312.06795",
};

/**
 * Drops the `trunc(gamma · n)` elements of largest magnitude, and of the others the smallest, so that `trunc(density · n)` stay; where
 * there are too few, fewer outliers are dropped. As in mergekit, no outliers to drop (gamma · n < 1) means that nothing is kept.
 * Among equals those of lowest index count as larger.
 */
export const keepMiddle = defineSparsifier({
  parameters: { density: DENSITY, gamma: GAMMA },

  keepsAll: ({ density }) => density >= 1,

  check(values, elements) {
    if (values.density < 0) return [finding("error", "density", "merge/density-negative", { density: values.density })];
    if (values.density >= 1 || elements === 0 || rangeOf(values, elements).outliers > 0) return [];
    return [
      finding("warning", "gamma", "merge/gamma-keeps-nothing", { gamma: values.gamma, elements, needed: 1 / elements }),
    ];
  },

  kernel: async () => (await arithmetic()).keepMiddle,
});
