import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AwaseError } from "../../base/errors";
import type { EngineClient } from "../../engine/boundary/client";
import type { EvaluationRequest } from "../../engine/protocol/evalProtocol";
import type { GuardReport, GuardStage } from "../../eval/types";
import { evaluationOf, fakeEngine, finished, goodPlan, goodReport, memorySession, watched } from "../engine.testing";
import type { Studio } from "../studio";
import { begin, testStudio } from "../studio.testing";
import { pinnedRecord, shownRecord } from "./chartView";
import { guardOptions, isGuarded } from "./guard";
import { setsToMeasure } from "./measureRequest";
import { hasValues, latestSets } from "./records";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const SAMPLES = ["llama-base", "llama-ja", "llama-math"];
const planned = { ...goodReport, plan: { ...goodPlan, models: SAMPLES } };

async function visit(
  engine: Partial<EngineClient> = {},
  stores = { records: memorySession(), prompts: memorySession() },
) {
  const studio = testStudio({ check: async () => planned, ...engine }, stores);
  await begin(studio);
  await vi.runAllTimersAsync();
  return { studio, stores };
}

const abort = () => new DOMException("cancelled", "AbortError");

/** Never answers; ends when its signal fires. */
const endless = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(abort())));

const group = { id: "layers-0", kind: "layers" as const, from: 0, to: 4 };
const { end } = watched;
const stage: GuardStage = {
  index: 0,
  group,
  strength: 0,
  perplexity: 9,
  relative: { ratio: 3, ln: Math.log(3), standardError: 0 },
  divergence: end.divergence,
  verdict: "rolled-back",
  drift: [],
};
const rolledBack: GuardReport = { ...watched, stages: [stage], strengths: { [group.id]: 0 }, recipe: "guarded" };

describe("measuring", () => {
  it("asks for the recipe against its base, then for the base's own values", async () => {
    const requests: EvaluationRequest[] = [];
    const { studio } = await visit({
      evaluate: async (request) => {
        requests.push(request);
        return request.sets.map(({ id }) => evaluationOf(id));
      },
    });
    await studio.getState().measure();
    expect(requests).toMatchObject([
      {
        subject: { kind: "recipe", seed: 0 },
        base: "llama-base",
        sets: [{ id: "samples-mixed" }],
        positions: "tail:8",
      },
      { subject: { kind: "model", key: "llama-base" }, measures: "all" },
    ]);
    const { records, measuring } = studio.getState();
    expect(measuring).toEqual({ phase: "idle" });
    expect(records[0] && latestSets(records[0])).toMatchObject([{ set: "samples-mixed", merged: {}, base: {} }]);
  });

  it("shows each set as soon as it is measured, and how far the next is", async () => {
    const seen: unknown[] = [];
    const { studio } = await visit({
      evaluate: async ({ sets }, watch) => {
        const all = sets.map(({ id }) => evaluationOf(id));
        watch?.onEvent?.({ type: "measuring", done: 1, total: 2 });
        seen.push(studio.getState().measuring);
        for (const evaluation of all) watch?.onEvent?.({ type: "measured", evaluation });
        seen.push(studio.getState().records[0]?.measured);
        return all;
      },
    });
    await studio.getState().measure();
    expect(seen[0]).toMatchObject({ phase: "running", progress: { done: 1, total: 2 } });
    expect(seen[1]).toMatchObject([[{ set: "samples-mixed" }]]);
  });

  it("asks for answers where a set has them, but not after every tick of a slider", async () => {
    const wanted: EvaluationRequest["measures"][] = [];
    const { studio } = await visit({
      evaluate: async (request) => {
        if (request.subject.kind === "recipe") wanted.push(request.measures);
        return request.sets.map(({ id }) => evaluationOf(id));
      },
    });
    vi.useRealTimers();
    const own = await studio.getState().addPrompts({ name: "sums", text: '{"text":"1+1=","answer":"2"}' });
    studio.getState().chooseForMeasuring(own.set.id, true);
    await studio.getState().measure();
    studio.getState().setLive(true);
    await vi.waitFor(() => expect(wanted.length).toBe(2));
    expect(wanted).toEqual(["all", "quick"]);
  });

  it("keeps what was measured for the next visit, and nothing of what was cancelled", async () => {
    const first = await visit();
    await first.studio.getState().measure();
    await vi.runAllTimersAsync();
    const { studio } = await visit({ evaluate: (_request, watch) => endless(watch?.signal) }, first.stores);
    expect(studio.getState().records).toMatchObject([{ name: "llama-ja-math", measured: [[{}]] }]);
    const cancelled = studio.getState().measure();
    expect(studio.getState().measuring.phase).toBe("running");
    studio.getState().cancelMeasuring();
    await cancelled;
    expect(studio.getState().measuring).toEqual({ phase: "idle" });
    expect(studio.getState().records).toHaveLength(1);
  });

  it("passes over sets without a prompt", async () => {
    const { studio } = await visit();
    vi.useRealTimers();
    const { set } = await studio.getState().addPrompts({ name: "nothing", text: "" });
    studio.getState().chooseForMeasuring(set.id, true);
    studio.getState().changeGuard({ set: set.id });
    expect(setsToMeasure(studio.getState()).map(({ id }) => id)).toEqual(["samples-mixed"]);
    expect(guardOptions(studio.getState())?.sets).toMatchObject([{ id: "samples-mixed" }]);
  });

  it("says what failed", async () => {
    const { studio } = await visit({
      evaluate: async () => {
        throw AwaseError.of({ code: "eval/nothing-scored", message: "Nothing.", facts: { prompts: 1 } });
      },
    });
    await studio.getState().measure();
    expect(studio.getState().measuring).toMatchObject({ phase: "failed", failure: { code: "eval/nothing-scored" } });
    expect(studio.getState().records).toEqual([]);
  });
});

describe("live measuring", () => {
  const setWeight = (studio: Studio, weight: number) => {
    const { editRecipe, recipe } = studio.getState();
    editRecipe(recipe.present.replace(/weight: [\d.]+/, `weight: ${weight}`));
  };

  it("follows the recipe after a pause, in one record, and asks for the base once", async () => {
    const requests: EvaluationRequest[] = [];
    const { studio } = await visit({
      check: async () => ({ ...planned }),
      evaluate: async (request) => {
        requests.push(request);
        return request.sets.map(({ id }) => evaluationOf(id));
      },
    });
    studio.getState().setLive(true);
    await vi.runAllTimersAsync();
    setWeight(studio, 0.6);
    setWeight(studio, 0.7);
    await vi.runAllTimersAsync();
    const texts = requests.flatMap(({ subject }) =>
      subject.kind === "recipe" ? [/weight: (\S+)/.exec(subject.recipe)?.[1]] : [],
    );
    expect(texts).toEqual(["0.5", "0.7"]);
    expect(requests.filter(({ subject }) => subject.kind === "model")).toHaveLength(1);
    expect(studio.getState().records).toHaveLength(1);
    expect(studio.getState().records[0]?.measured).toMatchObject([[{ base: {} }], [{ base: {} }]]);
  });

  it("gives up what is out of date at once", async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const { studio } = await visit({
      check: async () => ({ ...planned }),
      evaluate: (_request, watch) => {
        signals.push(watch?.signal);
        return endless(watch?.signal);
      },
    });
    studio.getState().setLive(true);
    await vi.runAllTimersAsync();
    setWeight(studio, 0.9);
    expect(signals[0]?.aborted).toBe(true);
    await vi.runAllTimersAsync();
    expect(signals).toHaveLength(2);
    expect(studio.getState().records).toHaveLength(1);
    studio.getState().setLive(false);
    await vi.runAllTimersAsync();
    expect(studio.getState()).toMatchObject({ measuring: { phase: "idle" }, records: [] });
  });

  it("does not measure a text twice", async () => {
    const evaluate = vi.fn(fakeEngine().evaluate);
    const { studio } = await visit({ check: async () => ({ ...planned }), evaluate });
    studio.getState().setLive(true);
    await vi.runAllTimersAsync();
    const before = evaluate.mock.calls.length;
    await studio.getState().checkRecipe();
    await vi.runAllTimersAsync();
    expect(evaluate.mock.calls.length).toBe(before);
  });
});

describe("the guard", () => {
  it("is on for samples until somebody decides, and off for everything else", async () => {
    const { studio } = await visit();
    expect(isGuarded(studio.getState())).toBe(true);
    studio.setState({ report: { ...planned, plan: { ...planned.plan, models: ["llama-base", "org/large"] } } });
    expect(isGuarded(studio.getState())).toBe(false);
    studio.getState().changeGuard({ on: true });
    expect(isGuarded(studio.getState())).toBe(true);
  });

  it("uses few prompts, that suit the recipe", async () => {
    const { studio } = await visit();
    const options = guardOptions(studio.getState());
    expect(options).toMatchObject({ cap: 2, action: "roll-back", sets: [{ id: "samples-mixed" }] });
    expect(options?.sets[0]?.prompts).toHaveLength(4);
    studio.setState({ report: goodReport, language: "ja" });
    expect(guardOptions(studio.getState())?.sets).toMatchObject([{ id: "general-ja" }]);
  });

  it("of a merge writes a record, stage by stage, that belongs to the result", async () => {
    const seen: unknown[] = [];
    const { studio, stores } = await visit({
      merge: async (_recipe, options, watch) => {
        watch?.onEvent?.({ type: "guard-begin", basePerplexity: 3, cap: options.guard?.cap ?? 0 });
        watch?.onEvent?.({ type: "guard-progress", done: 1, total: 2 });
        seen.push(studio.getState().guardProgress);
        watch?.onEvent?.({ type: "guard-stage", stage });
        seen.push(shownRecord(studio.getState())?.watched);
        watch?.onEvent?.({ type: "guard-end", report: rolledBack });
        return { ...finished, guard: rolledBack };
      },
    });
    await studio.getState().startRun();
    await vi.runAllTimersAsync();
    expect(seen[0]).toEqual({ done: 1, total: 2 });
    expect(seen[1]).toEqual({ cap: 2, stages: [stage] });
    const kept = { result: "result", watched: { report: rolledBack } };
    expect(studio.getState()).toMatchObject({ guardProgress: undefined, run: { phase: "done" }, records: [kept] });
    expect(stores.records.stored).toMatchObject({ records: [kept] });
    await studio.getState().removeResult("result");
    expect(studio.getState().records).toEqual([]);
  });

  it("is not asked for when it is off", async () => {
    const merge = vi.fn(fakeEngine().merge);
    const { studio } = await visit({ merge });
    studio.getState().changeGuard({ on: false });
    await studio.getState().startRun();
    expect(merge.mock.calls[0]?.[1]).not.toHaveProperty("guard");
  });

  it("can be tried without a merge, and its recipe is an undoable step", async () => {
    const { studio } = await visit({
      watch: async (_recipe, _seed, options, watch) => {
        watch?.onEvent?.({ type: "guard-begin", basePerplexity: 3, cap: options.cap });
        watch?.onEvent?.({ type: "guard-stage", stage });
        return rolledBack;
      },
    });
    const before = studio.getState().recipe.present;
    await studio.getState().tryGuard();
    const record = studio.getState().records[0];
    expect(record).toMatchObject({ watched: { report: rolledBack } });
    studio.getState().loadRecipe({ text: record?.watched?.report?.recipe ?? "", name: "x" });
    expect(studio.getState().recipe.present).toBe("guarded");
    studio.getState().undo();
    expect(studio.getState().recipe.present).toBe(before);
  });

  it("ends a measurement that is under way when the merge begins", async () => {
    const { studio } = await visit({ evaluate: (_request, watch) => endless(watch?.signal) });
    const measuring = studio.getState().measure();
    await studio.getState().startRun();
    await measuring;
    expect(studio.getState()).toMatchObject({ measuring: { phase: "idle" }, run: { phase: "done" } });
  });
});

describe("records", () => {
  it("are shown newest first, with a pinned one beside", async () => {
    const { studio } = await visit();
    await studio.getState().measure();
    await studio.getState().measure();
    const [second, first] = studio.getState().records;
    expect(shownRecord(studio.getState())).toBe(second);
    studio.getState().changeChartView({ pinned: first?.id });
    expect(pinnedRecord(studio.getState())).toBe(first);
    studio.getState().changeChartView({ run: first?.id });
    expect(pinnedRecord(studio.getState())).toBeUndefined();
    expect(first && hasValues(first)).toBe(true);
  });

  it("begin empty when the stored ones cannot be read", async () => {
    const broken = { stored: { version: 99, records: [{}] } };
    const { studio } = await visit({}, { records: memorySession(broken.stored), prompts: memorySession("?") });
    expect(studio.getState().records).toEqual([]);
  });
});

describe("prompt sets", () => {
  it("come with the program, and one is chosen to measure with", async () => {
    const { studio } = await visit();
    expect(setsToMeasure(studio.getState()).map(({ id }) => id)).toEqual(["samples-mixed"]);
    expect(studio.getState().promptSets.every(({ set }) => set.prompts.length > 0)).toBe(true);
  });

  it("are read with their problems, kept for the next visit, divided and removed", async () => {
    const first = await visit();
    vi.useRealTimers();
    const { addPrompts, dividePromptSet, setSplit } = first.studio.getState();
    const known = await addPrompts({ name: "mine", text: '{"text":"a"}\nnonsense\n{"text":"b"}\n{"text":"c"}' });
    expect(known).toMatchObject({ set: { name: "mine", split: "search" }, problems: [{ line: 2 }] });
    expect((await addPrompts({ name: "mine", text: "x" })).set.name).toBe("mine 2");
    vi.useFakeTimers();
    const { studio } = await visit({}, first.stores);
    expect(studio.getState().promptSets.slice(-2)).toMatchObject([
      { set: { name: "mine" } },
      { set: { name: "mine 2" } },
    ]);
    vi.useRealTimers();
    await dividePromptSet(known.set.id);
    const halves = first.studio.getState().promptSets.filter(({ set }) => /^mine (1|2 2)$/.test(set.name));
    expect(halves.map(({ set }) => set.split).sort()).toEqual(["held-out", "search"]);
    expect(halves.flatMap(({ set }) => set.prompts.map(({ text }) => text)).sort()).toEqual(["a", "b", "c"]);
    const [half] = halves;
    setSplit(half?.set.id ?? "", "held-out");
    expect(first.studio.getState().promptSets.find(({ set }) => set.id === half?.set.id)?.set.split).toBe("held-out");
    first.studio.getState().removePromptSet(half?.set.id ?? "");
    expect(first.studio.getState().promptSets).not.toContainEqual(half);
  });

  it("that look like a benchmark say so", async () => {
    const { studio } = await visit();
    vi.useRealTimers();
    const { benchmark } = await studio.getState().addPrompts({ name: "gsm8k-test", text: "How many?" });
    expect(benchmark).toBe("GSM8K");
  });

  it("tell what they cost with the base's tokenizer", async () => {
    const { studio } = await visit();
    await studio.getState().refreshCosts();
    expect(studio.getState().setCosts["general-en"]).toMatchObject({ tokens: 12, seconds: 1 });
  });
});
