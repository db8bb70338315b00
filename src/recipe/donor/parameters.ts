import { own } from "../../base/own";

/** What is chosen about a donor's rows. Source of all numbers: reference section 4. */
export interface DonorParameters {
  /** Part of the shared tokens whose embedding is blended. */
  readonly target_emb_frac: number;
  readonly alpha_cap_emb: number;
  readonly alpha_floor_emb: number;
  /** Cosine below which no row of the embedding is blended. */
  readonly min_tau_emb: number;
  /** Rows of the head that are blended. */
  readonly target_head_rows: number;
  readonly alpha_cap_head: number;
  readonly alpha_floor_head: number;
  readonly min_tau_head: number;
  /** Steepness of the logistic schedule, γ. */
  readonly gamma: number;
  /** 1: rows that are longer than the base's are drawn in; 0: not. */
  readonly use_soft_clip: boolean;
  /** Tokens that are shared at most, the lowest ids first; 0: all. */
  readonly max_shared: number;
  /** Perplexity allowed, as a multiple of the base's. */
  readonly ppl_cap: number;
  /** Whether the embedding's α are halved over the cap, up to three times, before it is rolled back. */
  readonly halve: boolean;
  /** Likeliest tokens of the base that KL is also told for. */
  readonly kl_topk: number;
  /** Where KL is measured: all, last, tail:K, stride:K. */
  readonly kl_positions: PositionRule;
}

export type PositionRule = "all" | "last" | `tail:${number}` | `stride:${number}`;

/** What a parameter may be. */
export type DonorRange =
  | { readonly kind: "number"; readonly least: number; readonly most: number }
  | { readonly kind: "whole"; readonly least: number; readonly most: number }
  | { readonly kind: "flag" }
  | { readonly kind: "positions" };

export const DONOR_RANGES: Readonly<Record<keyof DonorParameters, DonorRange>> = {
  target_emb_frac: { kind: "number", least: 0, most: 1 },
  alpha_cap_emb: { kind: "number", least: 0, most: 1 },
  alpha_floor_emb: { kind: "number", least: 0, most: 1 },
  min_tau_emb: { kind: "number", least: -1, most: 1 },
  target_head_rows: { kind: "whole", least: 0, most: 2 ** 22 },
  alpha_cap_head: { kind: "number", least: 0, most: 1 },
  alpha_floor_head: { kind: "number", least: 0, most: 1 },
  min_tau_head: { kind: "number", least: -1, most: 1 },
  gamma: { kind: "number", least: 0, most: 1000 },
  use_soft_clip: { kind: "flag" },
  max_shared: { kind: "whole", least: 0, most: 2 ** 22 },
  ppl_cap: { kind: "number", least: 1, most: 1000 },
  halve: { kind: "flag" },
  kl_topk: { kind: "whole", least: 1, most: 2 ** 22 },
  kl_positions: { kind: "positions" },
};

export const DONOR_DEFAULTS: DonorParameters = {
  target_emb_frac: 0.65,
  alpha_cap_emb: 0.85,
  alpha_floor_emb: 0.05,
  min_tau_emb: 0.55,
  target_head_rows: 8000,
  alpha_cap_head: 0.75,
  alpha_floor_head: 0.15,
  min_tau_head: 0.66,
  gamma: 12,
  use_soft_clip: true,
  max_shared: 0,
  ppl_cap: 3,
  halve: true,
  kl_topk: 512,
  kl_positions: "tail:8",
};

/** A floor and the cap it may not be above. */
export const FLOORS_AND_CAPS = [
  ["alpha_floor_emb", "alpha_cap_emb"],
  ["alpha_floor_head", "alpha_cap_head"],
] as const;

export type DonorParameterName = keyof DonorParameters;

/** The value that a parameter's text says; undefined where it says none. */
export function donorValue(name: DonorParameterName, text: string): DonorParameters[DonorParameterName] | undefined {
  const range = DONOR_RANGES[name];
  switch (range.kind) {
    case "flag":
      return own(FLAGS, text.toLowerCase());
    case "positions":
      return isPositionRule(text) ? text : undefined;
    default: {
      const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
      if (!(value >= range.least && value <= range.most)) return undefined;
      return range.kind === "whole" && !Number.isInteger(value) ? undefined : value;
    }
  }
}

/** What a parameter may be, in words: "a number from 0 to 1". */
export function donorRange(name: DonorParameterName): string {
  const range = DONOR_RANGES[name];
  switch (range.kind) {
    case "flag":
      return "true / false";
    case "positions":
      return "all, last, tail:8, stride:4";
    default:
      return `${range.least} … ${range.most}`;
  }
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

function isPositionRule(text: string): text is PositionRule {
  return /^(all|last|(tail|stride):[1-9]\d{0,5})$/.test(text);
}
