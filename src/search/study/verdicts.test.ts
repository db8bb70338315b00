import { describe, expect, it } from "vitest";
import type { Prompt } from "../../eval/types";
import { anchorsOf, weightHoles } from "./anchors";
import { compare } from "./compare";
import { frontOfTrials } from "./front";
import { optunaJournal } from "./optuna";
import { parseStudy } from "./parseStudy";
import { partsOf } from "./splits";
import { type Scored, type Trial, toldOf } from "./trial";

const STUDY = (more: string) => {
  const { study } = parseStudy(`recipe: r.yaml\ntrials: 9\n${more}`);
  if (!study) throw new Error("no study");
  return study;
};
const TWO = STUDY(
  "objectives: [{measure: exact-match, prompts: a.jsonl, name: a}, {measure: exact-match, prompts: b.jsonl, name: b}]\ncombine: mean\n",
);
const FRONT = STUDY(
  "objectives: [{measure: exact-match, prompts: a.jsonl, name: a}, {measure: perplexity, prompts: b.jsonl, name: b}]\nsampler: tpe\n",
);

const scored = (a: readonly number[], b: readonly number[]): Scored => ({
  state: "complete",
  values: Object.fromEntries(
    [a, b].map((each, k) => [
      "ab"[k] ?? "",
      { value: each.reduce((sum, x) => sum + x, 0) / each.length, each, error: 0.1 },
    ]),
  ),
  constraints: [],
  seconds: 1,
  modelSeconds: 1,
});
const trial = (number: number, a: number, b: number, more: Partial<Trial> = {}): Trial => ({
  number,
  kind: "sampled",
  point: [number],
  params: { x: number },
  ...scored([a], [b]),
  ...more,
});

describe("two candidates on the same prompts", () => {
  it("are told apart by their differences, prompt by prompt", () => {
    const better = scored([1, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0]);
    const worse = scored([1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0]);
    const { combined, objectives } = compare(TWO, better, worse, "worse");
    expect(combined?.verdict).toBe("better");
    expect(combined?.difference).toBeCloseTo((5 / 8 + 4 / 8) / 2, 12);
    expect(objectives.a?.difference).toBeCloseTo(5 / 8, 12);
    // Standard error of each mean difference: s/√n of five ones among eight, of four among eight.
    const error = (ones: number) => Math.sqrt(((ones / 8) * (1 - ones / 8)) / 7);
    expect(combined?.error).toBeCloseTo(Math.hypot(error(5), error(4)) / 2, 12);
    expect(compare(TWO, worse, better, "better").combined?.verdict).toBe("worse");
  });

  it("cannot be told apart by what may be chance", () => {
    const one = scored([1, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 0]);
    const other = scored([0, 1, 1, 0, 0, 1], [1, 0, 0, 1, 1, 0]);
    expect(compare(TWO, one, other, "other").combined?.verdict).toBe("cannot be told apart");
    expect(compare(TWO, one, one, "itself").combined).toMatchObject({ difference: 0, verdict: "cannot be told apart" });
  });

  it("count less for better where less is", () => {
    expect(compare(FRONT, scored([1, 1], [2, 2.1]), scored([1, 1], [3, 3]), "x").objectives.b?.difference).toBeCloseTo(
      0.95,
      12,
    );
  });
});

describe("parts of prompts", () => {
  const prompts: readonly Prompt[] = Array.from({ length: 100 }, (_, k) => ({ text: `question ${k}` }));
  const shares = { search: 2, validation: 1, test: 1 };

  it("are as large as their shares and share nothing", () => {
    const parts = partsOf(prompts, shares, 1);
    expect([parts?.search.length, parts?.validation.length, parts?.test.length]).toEqual([50, 25, 25]);
    expect(new Set([...(parts?.search ?? []), ...(parts?.validation ?? []), ...(parts?.test ?? [])]).size).toBe(100);
  });

  it("are the same in whatever order prompts come, and others for another seed", () => {
    const texts = (list: readonly Prompt[], seed: number) => partsOf(list, shares, seed)?.test.map(({ text }) => text);
    expect(texts(prompts.toReversed(), 1)).toEqual(texts(prompts, 1));
    expect(texts(prompts, 2)).not.toEqual(texts(prompts, 1));
  });

  it("hold a prompt that is there twice once", () => {
    const parts = partsOf([...prompts, ...prompts], shares, 1);
    expect(parts?.search).toHaveLength(50);
  });

  it("have one prompt at least, or there are none", () => {
    expect(partsOf(prompts.slice(0, 3), { search: 98, validation: 1, test: 1 }, 1)).toMatchObject({
      search: [{}],
      validation: [{}],
      test: [{}],
    });
    expect(partsOf(prompts.slice(0, 2), shares, 1)).toBeUndefined();
    expect(partsOf(prompts.slice(0, 2), { search: 1, validation: 0, test: 0 }, 1)?.search).toHaveLength(2);
  });
});

describe("anchors", () => {
  const space = ["a.weight", "b.weight[0]", "b.weight[1]", "density"].map((name, k) => ({
    kind: "float" as const,
    name,
    low: k === 3 ? 0.1 : 0,
    high: k === 3 ? 1 : 1.5,
    log: false,
  }));
  const holes = [
    { path: ["models", 0, "parameters", "weight"], parameters: [0] },
    { path: ["models", 1, "parameters", "weight"], parameters: [1, 2] },
    { path: ["parameters", "density"], parameters: [3] },
  ];
  const weights = weightHoles(holes, ([, k]) => ["org/a", "b"][Number(k)]);

  it("are each model alone, all alike, all at full strength, and the recipe as it was", () => {
    expect(anchorsOf(space, weights, [0.8, 0.4, 0.4, 0.9])).toEqual([
      { name: "recipe", point: [0.8, 0.4, 0.4, 0.9] },
      { name: "org/a alone", point: [1, 0, 0, 0.9] },
      { name: "b alone", point: [0, 1, 1, 0.9] },
      { name: "uniform", point: [0.5, 0.5, 0.5, 0.9] },
      { name: "all at 1", point: [1, 1, 1, 0.9] },
    ]);
  });

  it("are the ends and the middle where no weight is searched", () => {
    expect(anchorsOf(space.slice(3), [], [undefined])).toEqual([
      { name: "low", point: [0.1] },
      { name: "high", point: [1] },
      { name: "middle", point: [0.55] },
    ]);
  });
});

describe("what a sampler is told", () => {
  it("is one number of combined objectives, less for better, and ties beside it", () => {
    expect(toldOf(TWO, { ...trial(1, 0.8, 0.4), tie: 3 })).toMatchObject({
      values: [expect.closeTo(-0.6, 12)],
      violation: 0,
      tie: 3,
    });
    expect(toldOf(FRONT, trial(1, 0.8, 5)).values).toEqual([-0.8, 5]);
  });

  it("ranks what was pruned by how far it was over, and what failed last", () => {
    const pruned = trial(1, 0, 0, {
      state: "pruned",
      values: {},
      constraints: [{ name: "cap", value: 3, excess: 0.4 }],
    });
    expect(toldOf(TWO, pruned)).toEqual({ point: [1], violation: 0.4 });
    expect(toldOf(TWO, trial(1, 0, 0, { state: "failed", values: {} })).violation).toBe(Number.POSITIVE_INFINITY);
    expect(toldOf(TWO, trial(1, Number.NaN, 0)).violation).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the front of a study", () => {
  const trials = [
    trial(0, 0.5, 4),
    trial(1, 0.9, 9),
    trial(2, 0.8, 4.2),
    trial(3, 0.4, 5),
    trial(4, 1, 1, { state: "pruned" }),
  ];

  it("is what nobody beats within the limits, with its knee and how it grew", () => {
    const front = frontOfTrials(FRONT, trials);
    expect(front.trials.map(({ trial: { number } }) => number)).toEqual([0, 1, 2]);
    expect(front.knee?.number).toBe(2);
    const volumes = front.hypervolume.map(([, volume]) => volume);
    expect(front.hypervolume.map(([number]) => number)).toEqual([0, 1, 2]);
    expect(volumes).toEqual(volumes.toSorted((a, b) => a - b));
  });
});

describe("the journal for Optuna", () => {
  const journal = optunaJournal(
    [trial(0, 0.5, 4), trial(1, 0.9, 9, { state: "pruned", values: {}, reason: "guard" })],
    {
      name: "mine",
      study: FRONT,
      space: [{ kind: "float", name: "x", low: 0, high: 1.5, log: false }],
      choicesOf: () => [],
      timeOf: () => ({ start: "2026-01-01T00:00:00.000000", complete: "2026-01-01T00:00:01.000000" }),
    },
  );
  const lines = journal
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

  it("has a line for the study and one for each trial, values as people read them", () => {
    expect(lines[0]).toMatchObject({ op_code: 0, study_name: "mine", directions: [2, 1] });
    expect(lines[2]).toMatchObject({
      op_code: 4,
      study_id: 0,
      state: 1,
      value: null,
      values: [0.5, 4],
      params: { x: 0 },
    });
    expect(JSON.parse(lines[2].distributions.x)).toEqual({
      name: "FloatDistribution",
      attributes: { step: null, low: 0, high: 1.5, log: false },
    });
    expect(lines[3]).toMatchObject({ state: 2, values: null, user_attrs: { reason: "guard" } });
  });
});
