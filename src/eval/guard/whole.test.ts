import { expect, it } from "vitest";
import { TestModel, testMeasured } from "../model.testing";
import type { GuardAction, GuardOptions } from "../types";
import { runWholeGuard } from "./whole";

const LIMIT = { code: "guard/whole-depth", message: "…", facts: { base: "base" } };

async function watch(added: number, action: GuardAction, cap = 1.5) {
  const options: GuardOptions = {
    sets: [{ id: "letters", name: "Letters", split: "search", prompts: [{ text: "abcdefgh." }, { text: "bcd" }] }],
    cap,
    action,
    groupLayers: 2,
    order: "down",
    positions: "tail:2",
  };
  const { key: _, ...merged } = testMeasured();
  const bars: [number, number][] = [];
  const before = TestModel.alive;
  const report = await runWholeGuard({
    base: testMeasured(),
    // Two layers more than the base has.
    merged: { ...merged, model: new TestModel({ embedding: 0, layers: [0, 0, 0, 0, added, 0], head: 0 }) },
    options,
    limit: LIMIT,
    recipe: "the recipe",
    onProgress: (done, total) => bars.push([done, total]),
  });
  expect(TestModel.alive).toBe(before);
  expect(bars.at(-1)?.[0]).toBe(bars.at(-1)?.[1]);
  return report;
}

it.each<[GuardAction, number, string, boolean]>([
  ["warn", 2, "warned", false],
  ["halve", 2, "warned", false],
  ["roll-back", 2, "warned", false],
  ["stop", 2, "stopped", true],
  ["stop", 0, "kept", false],
  ["roll-back", Number.NaN, "warned", false],
  ["stop", Number.NaN, "stopped", true],
])("told to %s, a deeper merge that adds %s is %s", async (action, added, verdict, stopped) => {
  const report = await watch(added, action);
  expect(report.stages).toMatchObject([{ group: { id: "whole", kind: "whole", to: 6 }, verdict, strength: 1 }]);
  expect(report).toMatchObject({ stopped, strengths: {}, recipe: "the recipe", limit: LIMIT });
});

it("is the base's equal where it changes nothing", async () => {
  const { stages, end } = await watch(0, "warn");
  expect(stages[0]?.relative.ratio).toBeCloseTo(1, 6);
  expect(end.divergence.symmetric).toBeCloseTo(0, 6);
});
