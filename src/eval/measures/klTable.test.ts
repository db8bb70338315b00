import { expect, it } from "vitest";
import type { Evaluation } from "../registry";
import type { Divergence } from "../types";
import { klTable } from "./klTable";

const divergence: Divergence = {
  symmetric: 0.04,
  forward: 0.036912,
  backward: 0.043,
  standardError: 0.0001,
  forwardStandardError: 0.000034,
  sameTop: 0.92763,
  max: 5.725135,
  quantiles: { median: 0.029869, q90: 0.0799, q95: 0.100567, q99: 0.157694, q999: 0.293854 },
  positions: 1_270_001,
  mode: { kind: "exact" },
  perPrompt: [],
};

const evaluation: Evaluation = {
  set: "wiki",
  perplexity: { tokenWeighted: 10.121119, promptMean: 11, bitsPerByte: 0.7, standardError: 0.0025556, prompts: [] },
  relative: { ratio: 0.921402, ln: -0.081859, standardError: 0.000361 },
  divergence,
  tokens: 1,
  seconds: 1,
};

it("looks like what llama-perplexity prints", () => {
  expect(klTable(evaluation)).toBe(`\
====== Perplexity statistics ======
Mean PPL(Q)                   :  10.121119 ±   0.025866
Mean PPL(base)                :  10.984477
Mean ln(PPL(Q)/PPL(base))     :  -0.081859 ±   0.000361
Mean PPL(Q)/PPL(base)         :   0.921402 ±   0.000333

====== KL divergence statistics ======
Mean    KLD:   0.036912 ±   0.000034
Maximum KLD:   5.725135
99.9%   KLD:   0.293854
99.0%   KLD:   0.157694
95.0%   KLD:   0.100567
90.0%   KLD:   0.079900
Median  KLD:   0.029869

====== Token probability statistics ======
Same top p: 92.763 ± 0.023 %
`);
});

it("says how much of the base a top-K table leaves out", () => {
  const mode = { kind: "top-k", k: 512, restMass: 0.0162, bound: 0.2 } as const;
  expect(klTable({ ...evaluation, divergence: { ...divergence, mode } })).toContain(
    "\nTop 512 of the base; mass of the rest:  1.620 %\n",
  );
});

it("has nothing to say of a model that was held against nothing", () => {
  expect(klTable({ set: "wiki", tokens: 1, seconds: 1 })).toBe("");
});
