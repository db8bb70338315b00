import type { Doubles } from "../../base/bytes";

/** How many rows are blended, and how much. */
export interface SelectionRule {
  /** Rows wanted: the k-th largest cosine is where they begin. */
  readonly count: number;
  /** A lower cosine is never blended. */
  readonly minTau: number;
  readonly cap: number;
  readonly floor: number;
  /** Steepness of the logistic schedule. */
  readonly gamma: number;
}

export interface Selection {
  /** Cosine from which on rows are blended. */
  readonly tau: number;
  /** By pair: how much of the donor's row is taken; 0 where it is not selected. */
  readonly alpha: Doubles;
  /** Places of the selected pairs. */
  readonly selected: readonly number[];
  /** Over the selected ones; 0 where there are none. */
  readonly meanAlpha: number;
}

/**
 * τ = max(minTau, the k-th largest cosine); α = floor + (cap − floor)·σ(γ·(c − τ)) for c ≥ τ. Source: reference section 4.
 * @param excluded places of pairs that are left out by hand
 */
export function selectRows(
  cosines: Doubles,
  { count, minTau, cap, floor, gamma }: SelectionRule,
  excluded: ReadonlySet<number> = new Set(),
): Selection {
  const k = Math.min(count, cosines.length);
  const kth = k < 1 ? Number.POSITIVE_INFINITY : (cosines.slice().sort()[cosines.length - k] ?? 0);
  const tau = Math.max(minTau, kth);
  const alpha = new Float64Array(cosines.length);
  const selected: number[] = [];
  let sum = 0;
  for (const [at, cosine] of cosines.entries()) {
    if (cosine < tau || excluded.has(at)) continue;
    const share = floor + (cap - floor) / (1 + Math.exp(-gamma * (cosine - tau)));
    alpha[at] = share;
    sum += share;
    selected.push(at);
  }
  return { tau, alpha, selected, meanAlpha: selected.length === 0 ? 0 : sum / selected.length };
}
