/**
 * How the rows of a router are made. `hidden` (also called `hidden_last`): from what reaches each layer at the last token of the
 * prompts; `hidden_avg`: at all tokens; `cheap_embed`: from the prompts' embeddings, the same for all layers; the others from nothing.
 */
export const GATE_MODES = ["hidden", "hidden_avg", "cheap_embed", "random", "uniform_random"] as const;
export type GateMode = (typeof GATE_MODES)[number];

/** Whether rows of the router are made of prompts. */
export function readsPrompts(mode: GateMode): boolean {
  return mode !== "random" && mode !== "uniform_random";
}

/** The models that a mixture can be. */
export type MixtureKind = "mixtral" | "qwen2_moe" | "qwen3_moe";

/** Prompts that a row of a router is made of. */
export interface RouterPrompts {
  readonly positive: readonly string[];
  readonly negative: readonly string[];
}

/** What a plan says of the routers of a mixture, so that they can be made when it runs. */
export interface MixturePlan {
  /** Key of the model that prompts are read by. */
  readonly base: string;
  readonly gateMode: GateMode;
  readonly experts: readonly RouterPrompts[];
  readonly shared?: RouterPrompts;
}
