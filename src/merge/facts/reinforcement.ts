import type { ParameterFacts } from "../../recipe/facts";

/** Reinforced Agent Merging, for the sparse task vectors that reinforcement learning leaves. */
export const RAM_PAPER = {
  title: "Behavior Knowledge Merge in Reinforced Agentic Models",
  url: "https://arxiv.org/abs/2601.13572",
};

/** A task vector moves an element by more than this, or not at all. */
export const EPSILON = {
  kind: "number",
  default: 1e-5,
  range: [0, 1e-3],
  step: 1e-6,
} as const satisfies ParameterFacts;

/** How many elements a model moves. */
export interface Moved {
  /** That no other moves. */
  readonly alone: number;
  /** That others move too. */
  readonly shared: number;
}
