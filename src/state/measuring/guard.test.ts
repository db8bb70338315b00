import { expect, it } from "vitest";
import type { GuardReport, GuardStage } from "../../eval/types";
import { watched } from "../engine.testing";
import { endingOf } from "./guard";

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
  seconds: 1,
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
