/**
 * Who may have how much of a device's memory, as parts of its budget. What is on the device together stands in one situation, and a
 * situation adds up to the whole at most; what stands in two of them is never there at once. Whoever needs device memory asks here, by
 * name, and nobody else divides (`src/rules.test.ts`).
 */
export const MEMORY_LEDGER = {
  /** Merging a tensor whose inputs stay for the reductions; the rest is for sums, histograms and its neighbours' blocks. */
  merging: { inputs: 1 / 2, rest: 1 / 2 },
  /** Merging one whose inputs do not stay. */
  streaming: { blocks: 3 / 4, rest: 1 / 4 },
  /** A merge that meets values beyond float16 makes the tensor once more, wider, to tell which. */
  overflowing: { merge: 1 / 2, again: 1 / 2 },
  /** A merge of which another is made. */
  chained: { result: 3 / 4, stage: 1 / 4 },
  /** A pass through layers. */
  measuring: {
    /** What stays from use to use, and the two layers that pass beside it. */
    weights: 1 / 2,
    activations: 1 / 8,
    /** Between two steps of a layer. */
    step: 1 / 8,
    /** Keys and values of texts that attend together. */
    keys: 1 / 8,
    /** Blocks of a recipe that is merged on the way. */
    blocks: 1 / 8,
  },
  /** The end of a pass: rows behind the final norm stand beside the activations while stripes of the head go by. */
  scoring: { weights: 1 / 2, activations: 1 / 8, normed: 1 / 8, blocks: 1 / 8, stripes: 1 / 8 },
  /** Between the passes of a guard. */
  drifting: { weights: 1 / 2, activations: 1 / 8, tensors: 1 / 4, rest: 1 / 8 },
  /** Answers, token by token: their activations are small, and keys of all tokens stay. */
  answering: { weights: 1 / 2, cache: 1 / 4, step: 1 / 8, activations: 1 / 16, blocks: 1 / 16 },
  /** Products of matrices that lie in ordinary memory; beside them what another situation left. */
  multiplying: { left: 1 / 16, right: 1 / 16, product: 1 / 16, others: 13 / 16 },
} as const;

type Ledger = typeof MEMORY_LEDGER;

/** Bytes of a budget that a part may have in a situation. */
export function shareOf<S extends keyof Ledger>(budgetBytes: number, situation: S, part: keyof Ledger[S]): number {
  const parts: Ledger[S] = MEMORY_LEDGER[situation];
  return budgetBytes * Number(parts[part]);
}
