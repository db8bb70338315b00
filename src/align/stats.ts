import type { PlannedDonor } from "../recipe/donor/donor";
import type { Alignment, Fit } from "./fit/alignment";
import type { Strengths } from "./lender";
import type { StageValues } from "./stages/stageMeter";
import type { StageAction } from "./stages/stages";
import type { Trial } from "./stages/trial";

/** What `stats.json` tells of a donor's rows. Plain data, in the words of the contract. */
export interface DonorStats {
  readonly base: string;
  readonly donor: string;
  /** Tokens that spell the same. */
  readonly shared: number;
  /** Whether prompts were measured. */
  readonly guarded: boolean;
  readonly prompts: readonly string[];
  readonly kl_topk: number;
  readonly kl_positions: string;
  /** Of what was measured last in each stage; absent where nothing was. */
  readonly stages: { readonly base?: StageStats; readonly A?: StageStats; readonly "A+B"?: StageStats };
  readonly stage_a: PartStats;
  /** Absent where the head is the embedding. */
  readonly stage_b?: PartStats;
  readonly params: PlannedDonor["parameters"];
  /** What was kept, halved, rolled back or skipped, in order, and why. */
  readonly actions: readonly StageAction[];
  /** What every α was multiplied by in the end; 0: nothing is blended there. */
  readonly strengths: Strengths;
}

export interface StageStats {
  readonly ppl: number;
  readonly rel_ppl: number;
  readonly kl_sym: number;
  readonly kl_sym_topk: number;
  readonly nll_per_prompt: readonly number[];
}

export interface PartStats {
  readonly tau: number;
  /** Rows that are like enough. */
  readonly rows: number;
  readonly residual: number;
  readonly mean_alpha: number;
  readonly scale: number;
  /** Mean cosine of pairs that the fit had not seen. */
  readonly held_out_cosine: number | null;
  readonly effective_rank: number;
  /** Directions that have a singular value, of all there are. */
  readonly spanned: number;
  readonly directions: number;
  readonly underdetermined: boolean;
  /** Pairs that were left out for NaN or Inf. */
  readonly non_finite: number;
  readonly singular_values: readonly number[];
}

interface Lent {
  readonly names: { readonly base: string; readonly donor: string };
  readonly alignments: { readonly embedding: Alignment; readonly head?: Alignment };
}

export function donorStats(
  { names, alignments }: Lent,
  { choice, outcome, base }: Trial,
  { parameters }: PlannedDonor,
  prompts: readonly string[],
): DonorStats {
  const { measured, actions, strengths } = outcome;
  const { embedding, head } = alignments;
  return {
    ...names,
    shared: embedding.fit.shared,
    guarded: base !== undefined,
    prompts,
    kl_topk: parameters.kl_topk,
    kl_positions: parameters.kl_positions,
    stages: {
      ...(base && { base: stageStats(base) }),
      ...(measured.A && { A: stageStats(measured.A) }),
      ...(measured.B && { "A+B": stageStats(measured.B) }),
    },
    stage_a: partStats(embedding, choice.embedding),
    ...(head && choice.head && { stage_b: partStats(head, choice.head) }),
    params: parameters,
    actions,
    strengths,
  };
}

function stageStats({ ppl, relPPL, klSym, klSymTopk, nllPerPrompt }: StageValues): StageStats {
  return { ppl, rel_ppl: relPPL, kl_sym: klSym, kl_sym_topk: klSymTopk, nll_per_prompt: nllPerPrompt };
}

function partStats({ fit, scale }: Alignment, { tau, selected, meanAlpha }: Trial["choice"]["embedding"]): PartStats {
  return {
    tau,
    rows: selected.length,
    residual: fit.residual,
    mean_alpha: meanAlpha,
    scale,
    held_out_cosine: finite(fit),
    effective_rank: fit.effectiveRank,
    spanned: fit.spanned,
    directions: fit.directions,
    underdetermined: fit.underdetermined,
    non_finite: fit.nonFinite,
    singular_values: [...fit.singular],
  };
}

/** JSON has no NaN. */
function finite({ heldOutCosine }: Fit): number | null {
  return Number.isFinite(heldOutCosine) ? heldOutCosine : null;
}
