import { describe, expect, it } from "vitest";
import { evaluationOf, memorySession, watched } from "../engine.testing";
import { testStudio } from "../studio.testing";
import { isCut, isOutdated, latestSets, type MeasurementRecord } from "./records";

const record: MeasurementRecord = { id: "r", name: "merge", recipe: "mine", started: 0, device: "", measured: [] };
const seen = { cap: 2, stages: watched.stages } as const;

describe("a measurement that a cancel, a failure or a reload cut short", () => {
  it("is one whose guard never came to its end", () => expect(isCut({ ...record, watched: seen })).toBe(true));

  it("is not one whose guard did", () =>
    expect(isCut({ ...record, watched: { ...seen, report: watched } })).toBe(false));

  it("is not one without a guard", () => expect(isCut({ ...record, measured: [[]] })).toBe(false));
});

describe("figures hold", () => {
  const guarded = { ...record, watched: { ...seen, report: { ...watched, recipe: "weaker" } } };

  it.each(["mine", "weaker"])("for the recipe that was measured and the one the guard made of it: %s", (text) =>
    expect(isOutdated(text, guarded)).toBe(false),
  );

  it("for no other", () => expect(isOutdated("mine, with another weight", guarded)).toBe(true));
});

it("opens what an earlier version kept, with columns that nobody reads any more", async () => {
  const merged = { ...evaluationOf("samples-mixed"), margin: 1 };
  const measured = [[{ set: "samples-mixed", name: "Samples", merged }]];
  const stages = [{ ...watched.stages[0], seconds: 1 }];
  const then = { ...record, measured, watched: { ...seen, order: "down", basePerplexity: 9, stages, report: watched } };
  const records = memorySession({ version: 1, records: [then] });
  const studio = testStudio({}, { records, prompts: memorySession() });
  await studio.getState().recallRecords();
  const [now] = studio.getState().records;
  expect(now && latestSets(now)[0]?.merged.perplexity?.tokenWeighted).toBe(Math.E);
  expect(now && isCut(now)).toBe(false);
});
