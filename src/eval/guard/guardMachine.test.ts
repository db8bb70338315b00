import { describe, expect, it } from "vitest";
import type { GuardAction } from "../types";
import {
  GUARD_BEGIN,
  type GuardReading,
  type GuardRules,
  type GuardState,
  groupOnTrial,
  judge,
  onTrial,
} from "./guardMachine";

const GROUPS = ["head", "layers 2–3", "layers 0–1", "embedding"];
const fine: GuardReading = { ratio: 1.9, nonFinite: 0 };
const over: GuardReading = { ratio: 2.1, nonFinite: 0 };

const rulesOf = (action: GuardAction): GuardRules => ({ groups: GROUPS, cap: 2, action });

/** What a guard does, reading by reading: the strengths it tried, its verdicts, and what is left in the end. */
function play(action: GuardAction, readings: readonly GuardReading[]) {
  const rules = rulesOf(action);
  let state: GuardState = GUARD_BEGIN;
  const trials: string[] = [];
  for (const reading of readings) {
    const { verdict, next } = judge(rules, state, reading);
    trials.push(`${groupOnTrial(rules, state)} ${state.strength} ${verdict}`);
    state = next;
  }
  return { trials, decided: state.decided, stopped: state.stopped, next: groupOnTrial(rules, state) };
}

describe("judge", () => {
  it.each<GuardAction>(["warn", "halve", "roll-back", "stop"])("keeps what is within the cap (%s)", (action) => {
    expect(play(action, [fine, { ratio: 2, nonFinite: 0 }, fine, fine])).toEqual({
      trials: ["head 1 kept", "layers 2–3 1 kept", "layers 0–1 1 kept", "embedding 1 kept"],
      decided: {},
      stopped: false,
      next: undefined,
    });
  });

  it("warns, and keeps", () => {
    expect(play("warn", [fine, over, fine])).toEqual({
      trials: ["head 1 kept", "layers 2–3 1 warned", "layers 0–1 1 kept"],
      decided: {},
      stopped: false,
      next: "embedding",
    });
  });

  it("rolls back", () => {
    expect(play("roll-back", [over, fine, over])).toEqual({
      trials: ["head 1 rolled-back", "layers 2–3 1 kept", "layers 0–1 1 rolled-back"],
      decided: { head: 0, "layers 0–1": 0 },
      stopped: false,
      next: "embedding",
    });
  });

  it("halves until it fits", () => {
    expect(play("halve", [over, fine, over, over, fine])).toEqual({
      trials: [
        "head 1 halved",
        "head 0.5 kept",
        "layers 2–3 1 halved",
        "layers 2–3 0.5 halved",
        "layers 2–3 0.25 kept",
      ],
      decided: { head: 0.5, "layers 2–3": 0.25 },
      stopped: false,
      next: "layers 0–1",
    });
  });

  it("rolls back what a quarter of the strength does not mend", () => {
    expect(play("halve", [fine, over, over, over, fine])).toEqual({
      trials: [
        "head 1 kept",
        "layers 2–3 1 halved",
        "layers 2–3 0.5 halved",
        "layers 2–3 0.25 rolled-back",
        "layers 0–1 1 kept",
      ],
      decided: { "layers 2–3": 0 },
      stopped: false,
      next: "embedding",
    });
  });

  it("stops, and leaves everything from there on to the base", () => {
    expect(play("stop", [fine, over])).toEqual({
      trials: ["head 1 kept", "layers 2–3 1 stopped"],
      decided: { "layers 2–3": 0, "layers 0–1": 0, embedding: 0 },
      stopped: true,
      next: undefined,
    });
  });

  it.each([
    ["NaN in the weights", { ratio: 1, nonFinite: 3 }],
    ["a perplexity that is none", { ratio: Number.NaN, nonFinite: 0 }],
    ["one without bounds", { ratio: Number.POSITIVE_INFINITY, nonFinite: 0 }],
  ])("takes %s for over the cap", (_, reading) => {
    expect(play("roll-back", [reading]).decided).toEqual({ head: 0 });
  });
});

describe("onTrial", () => {
  it("is what was decided, what is tried, and the base for the rest", () => {
    const state: GuardState = { at: 2, strength: 0.5, decided: { head: 0.25 }, stopped: false };
    expect(onTrial(rulesOf("halve"), state)).toEqual({
      head: 0.25,
      "layers 2–3": 1,
      "layers 0–1": 0.5,
      embedding: 0,
    });
  });
});
