import type { GuardAction, GuardOptions, PositionRule } from "../types";

/** What people choose about a guard, besides the prompts. */
export type GuardChoices = Pick<GuardOptions, "cap" | "action" | "groupLayers" | "order">;

/** All that can be done about a group over the cap, the mildest first. */
export const GUARD_ACTIONS: readonly GuardAction[] = ["warn", "halve", "roll-back", "stop"];

/** How merges are watched where nobody says otherwise. */
export const GUARD_DEFAULTS = {
  cap: 2,
  action: "roll-back",
  groupLayers: 4,
  order: "down",
} as const satisfies GuardChoices;

/** Logits at the last eight tokens of each prompt are compared, as in the published merges of others. */
export const GUARD_POSITIONS: PositionRule = "tail:8";
