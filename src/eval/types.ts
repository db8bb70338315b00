import type { TensorDrift } from "../merge/drift";
import type { LayerGroup } from "../model/layout/layerOf";
import type { GuardLimit } from "../recipe/strength/guardLimit";
import type { TokenIds } from "../tokens/types";

export type { GuardLimit, LayerGroup, TensorDrift };

/** What a stage of the guard is about: a group of layers, or all of a merge of which no part can be taken back. */
export type StageGroup = LayerGroup | (Omit<LayerGroup, "kind"> & { readonly kind: "whole" });

/** One thing to measure with. Only `text` is needed; the rest turns it into a question with a known answer. */
export interface Prompt {
  readonly text: string;
  /** Expected answer: exact match on what is generated. */
  readonly answer?: string;
  /** Choices, of which `gold` is the right one: compared by log-likelihood. */
  readonly choices?: readonly string[];
  readonly gold?: number;
}

export interface PromptSet {
  readonly id: string;
  readonly name: string;
  /** `search`: what decisions may look at. `held-out`: what they are checked with. */
  readonly split: "search" | "held-out";
  readonly prompts: readonly Prompt[];
}

/** A text as one model's tokenizer sees it. */
export interface TokenizedPrompt {
  readonly ids: TokenIds;
  /** Tokens before this index are context only (BOS): no NLL is counted for them. At least 1. */
  readonly scoredFrom: number;
  /** UTF-8 bytes of the scored text. */
  readonly bytes: number;
}

/** Sum of NLL in nats over the scored tokens of one prompt. */
export interface PromptScore {
  readonly nll: number;
  readonly tokens: number;
  readonly bytes: number;
}

/** Perplexity, its parts kept so that every mean can be taken again. Source: reference/search.md 4.1. */
export interface Perplexity {
  /** exp(Σ nll / Σ tokens). */
  readonly tokenWeighted: number;
  /** exp(mean over prompts of nll / tokens). */
  readonly promptMean: number;
  /** Σ nll / (ln 2 · bytes): comparable between tokenizers. */
  readonly bitsPerByte: number;
  /** Of ln of the token-weighted value, from the spread between prompts; NaN with fewer than two. */
  readonly standardError: number;
  readonly prompts: readonly PromptScore[];
}

/** Merged against base on identical tokens. Source: reference/search.md 4.2. */
export interface RelativePerplexity {
  readonly ratio: number;
  /** ln ratio: additive and symmetric. */
  readonly ln: number;
  /** Of `ln`, from per-prompt pairs; differences below two of these are ties. NaN with fewer than two prompts. */
  readonly standardError: number;
}

/** `all`, `last`, `tail:k` (the last k positions) or `stride:k`. Source: reference/search.md 4.3. */
export type PositionRule = "all" | "last" | `tail:${number}` | `stride:${number}`;

/** Kullback-Leibler divergence of the next-token distributions, in nats; `base` is p, the merge q. */
export interface Divergence {
  /** Mean over positions of (KL(p‖q) + KL(q‖p)) / 2. */
  readonly symmetric: number;
  readonly forward: number;
  readonly backward: number;
  /** Of `symmetric`, from the spread between prompts: neighbouring positions are not independent. */
  readonly standardError: number;
  /** Of `forward`, in the same way. */
  readonly forwardStandardError: number;
  /** Share of positions where both put the same token first. */
  readonly sameTop: number;
  readonly max: number;
  /** Quantiles of KL(p‖q) over positions. */
  readonly quantiles: {
    readonly median: number;
    readonly q90: number;
    readonly q95: number;
    readonly q99: number;
    readonly q999: number;
  };
  readonly positions: number;
  /**
   * `top-k`: a lower bound, from the base's K likeliest tokens and one bucket for the rest, whose mean mass under the base
   * is `restMass` (above 0.05 much may be lost). The exact symmetric value is at most `bound` above; that is safe, but loose.
   */
  readonly mode:
    | { readonly kind: "exact" }
    | { readonly kind: "top-k"; readonly k: number; readonly restMass: number; readonly bound: number };
  /** Symmetric KL of each prompt, the mean over its positions. */
  readonly perPrompt: readonly number[];
}

/** Whether a model still knows how to stop. Source: reference/search.md 4.6. */
export interface EosHealth {
  /** Mean log-probability of any end id where an answer should end, in nats. */
  readonly logProbability: number;
  /** The same minus the base's; absent without a base. */
  readonly againstBase?: number;
  /** Median rank of the best end id there, 1 the first. */
  readonly medianRank: number;
  /** Mean probability of an end id where the answer goes on. */
  readonly premature: number;
  /** By end id: mean log-probability. */
  readonly perId: readonly { readonly id: number; readonly token: string; readonly logProbability: number }[];
  readonly flagged: boolean;
}

/** What generated answers look like. Source: reference/search.md 4.6, 4.7. */
export interface GenerationHealth {
  /** Share of answers that ran into the length limit. */
  readonly runaway: number;
  readonly meanTokens: number;
  /** Mean of 1 − unique 4-grams / 4-grams. */
  readonly repetition: number;
  /** Share of answers that end in a loop. */
  readonly loops: number;
  /** Against the base's answers to the same prompts; absent without a base. */
  readonly againstBase?: {
    /** Difference of the shares. */
    readonly runaway: number;
    /** Mean tokens over the base's. */
    readonly lengthRatio: number;
  };
  /** The model runs away more often than its base; without a base never. */
  readonly flagged: boolean;
}

export interface Accuracy {
  readonly correct: number;
  readonly total: number;
  readonly standardError: number;
  /** Multiple choice: mean log-likelihood of the right answer minus the best other. */
  readonly margin?: number;
  /** One verdict per prompt, in order, for paired comparison. */
  readonly verdicts: readonly boolean[];
}

/** How a generated answer is held against the expected one. */
export type AnswerMatch =
  /** The first line that says something is the expected text, spaces around it aside. */
  | { readonly kind: "line" }
  /**
   * The numbers are equal: the first one after the last `marker`, or without a marker the last one there is. A reference
   * answer that holds the marker is read in the same way.
   */
  | { readonly kind: "number"; readonly marker?: string };

/** Of an evaluation, whatever it measured. */
export interface EvaluationFacts {
  readonly set: string;
  /** Prompts that the base cuts into other tokens; nothing is compared with it then. Absent where it cuts all alike. */
  readonly otherTokens?: { readonly prompts: number; readonly of: number };
  /** Tokens that went through the model. */
  readonly tokens: number;
  readonly seconds: number;
}

export type GuardAction = "warn" | "halve" | "roll-back" | "stop";

export interface GuardOptions {
  readonly sets: readonly PromptSet[];
  /** Cap on relative perplexity. 2 is cautious, 3 generous. */
  readonly cap: number;
  readonly action: GuardAction;
  /** Layers per group. */
  readonly groupLayers: number;
  /** `down`: base below, merged above, from the head down. `up`: merged below, base above. */
  readonly order: "up" | "down";
  readonly positions: PositionRule;
}

/** One measured state of the guard. */
export interface GuardStage {
  readonly index: number;
  readonly group: StageGroup;
  /** Strength of the group's merged values when this was measured: 1, ½ or ¼, also where it was rolled back then. */
  readonly strength: number;
  readonly perplexity: number;
  readonly relative: RelativePerplexity;
  readonly divergence: Divergence;
  /** What was done about it. */
  readonly verdict: "kept" | "warned" | "halved" | "rolled-back" | "stopped";
  readonly drift: readonly TensorDrift[];
}

export interface GuardReport {
  readonly base: { readonly perplexity: number; readonly prompts: readonly PromptScore[]; readonly eos?: EosHealth };
  readonly stages: readonly GuardStage[];
  /** The model as it will be written, after everything that was rolled back. */
  readonly end: {
    readonly perplexity: Perplexity;
    readonly relative: RelativePerplexity;
    readonly divergence: Divergence;
    readonly eos?: EosHealth;
  };
  /** Strength by group id, where it is not 1. */
  readonly strengths: Readonly<Record<string, number>>;
  /** The recipe that gives this model without a guard. */
  readonly recipe: string;
  readonly stopped: boolean;
  /** Why the merge was looked at as a whole; absent: group by group. */
  readonly limit?: GuardLimit;
}
