import { expect, it } from "vitest";
import type { GuardReport, GuardStage } from "../../eval/types";
import { watched } from "../engine.testing";
import { actionInForce, endingOf } from "./guard";

const { end } = watched;
const lost = { ...end, relative: { ...end.relative, ratio: Number.NaN } };
const stage: GuardStage = {
  index: 0,
  group: { id: "head", kind: "head", from: 6, to: 6 },
  strength: 1,
  perplexity: 9,
  relative: end.relative,
  divergence: end.divergence,
  verdict: "warned",
  drift: [],
};

it.each<[ReturnType<typeof endingOf>, Partial<GuardReport>]>([
  ["kept", { stages: [{ ...stage, verdict: "kept" }] }],
  ["warned", { stages: [stage] }],
  ["changed", { stages: [stage], strengths: { head: 0.5 } }],
  ["changed", { stages: [stage, { ...stage, group: { ...stage.group, id: "embedding" } }], strengths: { head: 0 } }],
  ["base", { stages: [stage], strengths: { head: 0 } }],
  ["stopped", { strengths: { head: 0 }, stopped: true }],
  ["not-finite", { stages: [stage], end: lost }],
  ["incurable", { strengths: { head: 0 }, end: lost }],
  ["incurable", { strengths: { head: 0 }, end: lost, stopped: true }],
])("a guard ended: %s", (ending, report) => {
  expect(endingOf({ ...watched, ...report })).toBe(ending);
});

it("warns in place of rolling back where the plan says that nothing can be taken back", () => {
  const guard = { on: undefined, set: undefined, prompts: 4, cap: 2, groupLayers: 4, order: "down" } as const;
  const guardLimit = { code: "guard/whole-method", message: "…", facts: {} };
  const plan = { method: "passthrough", models: [], outputDType: "F32", layers: 8, guardLimit } as const;
  const totals = { tensors: 0, parameters: 0, readBytes: 0, fetchBytes: 0, writeBytes: 0, deviceBytes: 0 };
  const stack = { problems: [], missing: [], plan: { ...plan, totals, files: [] } };
  const act = (action: "warn" | "halve" | "roll-back" | "stop", report: typeof stack | undefined) =>
    actionInForce({ guard: { ...guard, action }, report });
  expect((["warn", "halve", "roll-back", "stop"] as const).map((action) => act(action, stack))).toEqual([
    "warn",
    "warn",
    "warn",
    "stop",
  ]);
  expect(act("roll-back", undefined)).toBe("roll-back");
});
