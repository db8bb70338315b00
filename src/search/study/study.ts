import type { AnswerMatch } from "../../eval/types";
import type { SamplerFactory, SamplerSettings } from "../samplers/sampler";
import type { StudyMeasure } from "../scoring/measures";

/** One thing that is measured of each candidate. */
export interface Aim {
  /** What it is called in results: its measure and its prompts, unless the study says otherwise. */
  readonly name: string;
  readonly measure: StudyMeasure;
  /** Names the prompts in `Study.prompts`. */
  readonly prompts: string;
  /** Key of the model it is compared with; the recipe's base unless given. */
  readonly base?: string;
  /** Most tokens of an answer. */
  readonly maxTokens: number;
  readonly match: AnswerMatch;
}

export interface Objective extends Aim {
  /** What is better; the measure's own unless the study says otherwise. */
  readonly goal: "high" | "low";
  /** Of a combined objective. */
  readonly weight: number;
}

export interface Constraint extends Aim {
  readonly min?: number;
  readonly max?: number;
}

/** How many prompts decide in the search, choose among the best, and tell what came of it; shares, in any unit. */
export interface Shares {
  readonly search: number;
  readonly validation: number;
  readonly test: number;
}

/** The parts of a prompt set. */
export type Split = keyof Shares;

/** A study as it was written, without its recipe. */
export interface Study {
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  /** Several objectives as one: the mean of all, by their weights. */
  readonly combine: boolean;
  readonly sampler: SamplerFactory;
  readonly settings: SamplerSettings;
  /** Trials in all, anchors among them. */
  readonly trials: number;
  readonly seed: number;
  readonly split: Shares;
  /** How many of the best are measured once more, on prompts that did not choose them. */
  readonly top: number;
}

/** All that is measured of a candidate. */
export function aimsOf({ objectives, constraints }: Pick<Study, "objectives" | "constraints">): readonly Aim[] {
  return [...objectives, ...constraints];
}
