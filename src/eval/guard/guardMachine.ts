import { own } from "../../base/own";
import type { GuardAction, GuardStage } from "../types";

/** How often the strength of a group is halved before it is rolled back. */
const MOST_HALVINGS = 2;

/** Strength of the merged values by group: 1 where nothing is said, 0 the base's values. */
export type Strengths = Readonly<Record<string, number>>;

export interface GuardRules {
  /** Ids of the groups, in the order in which they take their merged values. */
  readonly groups: readonly string[];
  /** Largest relative perplexity that passes. */
  readonly cap: number;
  readonly action: GuardAction;
}

/** Where a guard stands. It is plain data: what is done next follows from it and the rules alone. */
export interface GuardState {
  /** Index of the group on trial; the number of groups once all are decided. */
  readonly at: number;
  /** Strength on trial. */
  readonly strength: number;
  /** What was decided of the groups before. */
  readonly decided: Strengths;
  readonly stopped: boolean;
}

/** What a trial showed. */
export interface GuardReading {
  readonly ratio: number;
  /** NaN and Inf in the merged weights or in what was measured: over every cap. */
  readonly nonFinite: number;
}

export interface Judgement {
  readonly verdict: GuardStage["verdict"];
  readonly next: GuardState;
}

export const GUARD_BEGIN: GuardState = { at: 0, strength: 1, decided: {}, stopped: false };

/** The strengths of all groups in the trial: what was decided, what is tried, and the base for what comes after. */
export function onTrial({ groups }: GuardRules, { at, strength, decided }: GuardState): Strengths {
  return Object.fromEntries(groups.map((id, i) => [id, i < at ? (own(decided, id) ?? 1) : i === at ? strength : 0]));
}

/** The group to try next; undefined when there is none left, or the guard has stopped. */
export function groupOnTrial({ groups }: GuardRules, { at, stopped }: GuardState): string | undefined {
  return stopped ? undefined : groups[at];
}

/**
 * Decides about the group on trial. Within the cap it is kept as it is. Over it: `warn` keeps it and says so; `halve` tries
 * half its strength, at most twice, then rolls it back; `roll-back` gives it the base's values; `stop` does so with it and
 * with all groups after it. A group that is rolled back leaves the model that passed before it.
 */
export function judge(rules: GuardRules, state: GuardState, { ratio, nonFinite }: GuardReading): Judgement {
  const decide = (verdict: GuardStage["verdict"], strength: number): Judgement => ({
    verdict,
    next: { ...state, at: state.at + 1, strength: 1, decided: withStrength(rules, state, state.at, strength) },
  });
  if (nonFinite === 0 && ratio <= rules.cap) return decide("kept", state.strength);
  switch (rules.action) {
    case "warn":
      return decide("warned", state.strength);
    case "roll-back":
      return decide("rolled-back", 0);
    case "halve":
      if (state.strength <= 2 ** -MOST_HALVINGS) return decide("rolled-back", 0);
      return { verdict: "halved", next: { ...state, strength: state.strength / 2 } };
    case "stop": {
      const rest = rules.groups.slice(state.at).map((id): [string, number] => [id, 0]);
      const decided = { ...state.decided, ...Object.fromEntries(rest) };
      return { verdict: "stopped", next: { at: rules.groups.length, strength: 1, decided, stopped: true } };
    }
  }
}

/** Only what is not 1 is written down. */
function withStrength({ groups }: GuardRules, { decided }: GuardState, at: number, strength: number): Strengths {
  const id = groups[at];
  return id === undefined || strength === 1 ? decided : { ...decided, [id]: strength };
}
