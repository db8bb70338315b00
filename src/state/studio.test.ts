import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AwaseError } from "../base/errors";
import type { EngineClient } from "../engine/boundary/client";
import type { MergeEvent, RecipeReport } from "../engine/protocol/protocol";
import { fakeEngine, finished, goodPlan, goodReport, memorySession } from "./engine.testing";
import { canMerge, standingProblems } from "./recipe/plan";
import { seedOf } from "./recipe/recipe";
import type { Studio, Visit } from "./studio";
import { begin, testStudio } from "./studio.testing";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function visit(engine: Partial<EngineClient> = {}, given: Partial<Visit> = {}) {
  const studio = testStudio(engine);
  const session = memorySession();
  await begin(studio, { session, languages: ["en-GB"], ...given });
  await vi.runAllTimersAsync();
  return { studio, session: given.session ?? session };
}

const names = (studio: Studio) =>
  studio.getState().models.map((model) => [model.status, model.status === "ready" ? model.summary.key : ""]);

describe("the first visit", () => {
  it("loads three samples and a recipe that can be merged", async () => {
    const { studio } = await visit();
    expect(names(studio)).toEqual([
      ["ready", "llama-base"],
      ["ready", "llama-ja"],
      ["ready", "llama-math"],
    ]);
    expect(canMerge(studio.getState())).toBe(true);
  });

  it("speaks the browser's language, in the recipe's comment as well", async () => {
    const { studio } = await visit({}, { languages: ["fr", "ja-JP", "en"] });
    expect(studio.getState().language).toBe("ja");
    expect(studio.getState().recipe.present).toContain("ベース");
  });

  it("says why when the engine does not start, and opens the models once it does", async () => {
    let broken = true;
    const engine = fakeEngine();
    const { studio } = await visit({
      start: async (settings) => {
        if (broken) throw AwaseError.of({ code: "engine/worker-died", message: "It stopped.", facts: {} });
        return engine.start(settings);
      },
    });
    expect(studio.getState().engineFailure?.code).toBe("engine/worker-died");
    broken = false;
    await studio.getState().startEngine();
    expect(names(studio).map(([status]) => status)).toEqual(["ready", "ready", "ready"]);
  });
});

describe("a recipe from a file", () => {
  it("has the line ends that places in its text are counted by", async () => {
    const { studio } = await visit();
    studio.getState().loadRecipe({ text: "merge_method: slerp\r\nmodels:\r- model: a\n", name: "windows" });
    expect(studio.getState().recipe.present).toBe("merge_method: slerp\nmodels:\n- model: a\n");
  });
});

describe("problems", () => {
  it("do not name a model that is being opened", () => {
    const missing = (model: string) => ({
      code: "plan/model-missing",
      severity: "error" as const,
      message: "",
      facts: { model },
    });
    const coming = { id: "1", origin: { kind: "hub", repo: "org/a", revision: "v2" }, status: "opening" } as const;
    const problems = [missing("org/a@v2"), missing("org/b")];
    expect(standingProblems(problems, [coming])).toEqual([missing("org/b")]);
    expect(standingProblems(problems, [])).toEqual(problems);
  });
});

describe("a later visit", () => {
  it("finds recipe, settings and models again, Hub models at their commit", async () => {
    const first = await visit();
    first.studio.getState().editRecipe("merge_method: slerp\n");
    first.studio.getState().changeSettings({ scheme: "dark", shardBytes: 1e9 });
    await first.studio.getState().addModel({ kind: "hub", repo: "org/model" });
    await vi.runAllTimersAsync();

    const opened: unknown[] = [];
    const engine = fakeEngine();
    const addModel: EngineClient["addModel"] = (origin, signal) => {
      opened.push(origin);
      return engine.addModel(origin, signal);
    };
    const { studio } = await visit({ addModel }, { session: first.session });
    expect(studio.getState()).toMatchObject({ scheme: "dark", shardBytes: 1e9, recipe: { past: [] } });
    expect(studio.getState().recipe.present).toBe("merge_method: slerp\n");
    expect(opened).toContainEqual({ kind: "hub", repo: "org/model", commit: "c0ffee" });
  });

  it("asks for dropped files again, and opens them in their old place", async () => {
    const files = [{ path: "model.safetensors", file: new File(["x"], "model.safetensors") }];
    const first = await visit();
    await first.studio.getState().addModel({ kind: "files", name: "tiny", files });
    await vi.runAllTimersAsync();
    const { studio } = await visit({}, { session: first.session });
    const entry = studio.getState().models.at(-1);
    expect(entry).toMatchObject({ status: "waiting", needs: "files" });
    await studio.getState().reopenModel(entry?.id ?? "", { kind: "files", name: "tiny", files });
    expect(names(studio).at(-1)).toEqual(["ready", "tiny"]);
  });

  it.each([
    ["nothing", undefined],
    ["a newer version", { version: 99, data: {} }],
    ["a damaged visit", { version: 1, data: { recipe: 5 } }],
    ["something else", "hello"],
  ])("starts fresh from %s", async (_name, stored) => {
    const { studio } = await visit({}, { session: memorySession(stored) });
    expect(names(studio).length).toBe(3);
  });

  it("starts fresh when the browser refuses to read", async () => {
    const session = { get: () => Promise.reject(new Error("no")), set: () => Promise.reject(new Error("no")) };
    const { studio } = await visit({}, { session });
    studio.getState().editRecipe("x");
    await vi.runAllTimersAsync();
    expect(studio.getState().recipe.present).toBe("x");
  });
});

describe("checking", () => {
  it("waits for a pause, and drops answers that came too late", async () => {
    const answers: { text: string; answer: (report: RecipeReport) => void }[] = [];
    const { studio } = await visit({
      check: (text) => new Promise((answer) => void answers.push({ text, answer })),
    });
    answers.length = 0;
    studio.getState().editRecipe("a");
    studio.getState().editRecipe("ab");
    await vi.advanceTimersByTimeAsync(500);
    studio.getState().editRecipe("abc");
    await vi.advanceTimersByTimeAsync(500);
    expect(answers.map(({ text }) => text)).toEqual(["ab", "abc"]);
    answers[1]?.answer(goodReport);
    answers[0]?.answer({ problems: [], missing: [{ reference: "late" }] });
    await vi.runAllTimersAsync();
    expect(studio.getState()).toMatchObject({ report: goodReport, reportedText: "abc", checking: false });
  });

  it("checks what a slider ends at, once, and nothing of what it passed", async () => {
    const texts: string[] = [];
    const { studio } = await visit({
      check: async (text) => {
        texts.push(text);
        return goodReport;
      },
    });
    texts.length = 0;
    const { present, past } = studio.getState().recipe;
    for (let tick = 1; tick <= 40; tick++) {
      studio.getState().tuneRecipe({ place: { model: 0 }, name: "weight", value: tick / 100 });
      await vi.advanceTimersByTimeAsync(400); // longer than the pause that a check waits for
    }
    expect(studio.getState()).toMatchObject({ recipe: { present, past }, tuning: { value: 0.4 } });
    expect(texts).toEqual([]);
    studio.getState().markRecipe();
    await vi.runAllTimersAsync();
    const end = present.replace("weight: 0.5", "weight: 0.4");
    expect(texts).toEqual([end]);
    expect(studio.getState()).toMatchObject({ recipe: { present: end, past: [...past, present] }, tuning: undefined });
    studio.getState().undo();
    expect(studio.getState().recipe.present).toBe(present);
  });

  it("takes back a slider that is still held", async () => {
    const { studio } = await visit();
    const { present } = studio.getState().recipe;
    studio.getState().tuneRecipe({ place: "recipe", name: "lambda", value: 0.4 });
    studio.getState().undo();
    expect(studio.getState()).toMatchObject({ recipe: { present }, tuning: undefined });
  });

  it("does not let an old plan be merged", async () => {
    const { studio } = await visit();
    studio.getState().editRecipe("something else");
    expect(canMerge(studio.getState())).toBe(false);
  });

  it("passes the seed that stands in the recipe", async () => {
    const seeds: number[] = [];
    const { studio } = await visit({
      check: async (_text, seed) => {
        seeds.push(seed);
        return goodReport;
      },
    });
    studio.getState().setSeed(42);
    await vi.runAllTimersAsync();
    expect(seeds.at(-1)).toBe(42);
    studio.getState().undo();
    expect(seedOf(studio.getState().recipe.present)).toBe(0);
  });
});

describe("a run", () => {
  const progress: MergeEvent = {
    type: "progress",
    fetch: { done: 0, total: 0, rate: 0 },
    merge: { done: 1, total: 2, rate: 1 },
    write: { done: 0, total: 2, rate: 0 },
    tensorsDone: 1,
    tensors: 57,
    tensor: "lm_head.weight",
    memory: { lent: 0, held: 0, peak: 0 },
  };

  it("shows its progress and ends with its report and its notes", async () => {
    const note: MergeEvent = { type: "note", code: "hub/retrying", message: "Again.", facts: {} };
    const seen: unknown[] = [];
    const { studio } = await visit({
      merge: async (_recipe, _options, watch) => {
        watch?.onEvent?.(progress);
        watch?.onEvent?.(note);
        seen.push(studio.getState().run);
        return finished;
      },
    });
    await studio.getState().startRun();
    expect(seen[0]).toMatchObject({ phase: "running", progress: { tensor: "lm_head.weight" } });
    expect(studio.getState().run).toMatchObject({ phase: "done", report: finished, notes: [note] });
  });

  it("stops when cancelled, and is not a failure then", async () => {
    const { studio } = await visit({
      merge: (_recipe, _options, watch) =>
        new Promise((_, reject) => {
          watch?.signal?.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
        }),
    });
    const run = studio.getState().startRun();
    studio.getState().cancelRun();
    expect(studio.getState().run.phase).toBe("cancelling");
    await run;
    expect(studio.getState().run.phase).toBe("cancelled");
  });

  it("keeps the code and the facts of what stopped it", async () => {
    const { studio } = await visit({
      merge: async () => {
        throw AwaseError.of({ code: "storage/quota", message: "Full.", facts: { needed: 5 } });
      },
    });
    await studio.getState().startRun();
    expect(studio.getState().run).toMatchObject({
      phase: "failed",
      failure: { code: "storage/quota", message: "Full.", facts: { needed: 5 } },
    });
  });

  it("does not start twice", async () => {
    const merge = vi.fn(() => new Promise<typeof finished>(() => undefined));
    const { studio } = await visit({ merge });
    void studio.getState().startRun();
    await studio.getState().startRun();
    expect(merge).toHaveBeenCalledTimes(1);
  });
});

describe("a share link", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const missing = [
    { reference: "org/model", hubId: "org/model", origin: { kind: "hub" as const, repo: "org/model", commit } },
    { reference: "./here" },
  ];

  it("carries name and recipe, with Hub models pinned", async () => {
    const { studio } = await visit({
      check: async () => ({ ...goodReport, plan: { ...goodPlan, models: ["org/model"] } }),
    });
    await studio.getState().addModel({ kind: "hub", repo: "org/model" });
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    const fragment = await studio.getState().shareFragment();
    await studio.getState().openShare(fragment);
    const { review, recipeName } = studio.getState();
    expect(review).toMatchObject({ status: "ready", shared: { name: recipeName } });
    expect(review?.status === "ready" && review.shared.recipe).toContain("org/model: c0ffee");
  });

  it("loads nothing before it is accepted, and then only what the Hub has", async () => {
    const addModel = vi.fn(fakeEngine().addModel);
    const { studio } = await visit({ addModel, check: async () => ({ problems: [], missing }) });
    vi.useRealTimers();
    const fragment = await studio.getState().shareFragment();
    studio.getState().editRecipe("mine");
    addModel.mockClear();
    await studio.getState().openShare(fragment);
    expect(addModel).not.toHaveBeenCalled();
    expect(studio.getState().recipe.present).toBe("mine");
    await studio.getState().acceptShare();
    expect(addModel.mock.calls.map(([origin]) => origin)).toEqual([missing[0]?.origin]);
    expect(studio.getState().recipe.present).toContain("task_arithmetic");
    studio.getState().undo();
    expect(studio.getState().recipe.present).toBe("mine");
  });

  it("does not load again what was opening when it was looked at", async () => {
    const addModel = vi.fn(fakeEngine().addModel);
    const { studio } = await visit({ addModel, check: async () => ({ problems: [], missing }) });
    vi.useRealTimers();
    await studio.getState().openShare(await studio.getState().shareFragment());
    await studio.getState().addModel({ kind: "hub", repo: "org/model", commit });
    addModel.mockClear();
    await studio.getState().acceptShare();
    expect(addModel).not.toHaveBeenCalled();
    expect(studio.getState().models.filter(({ origin }) => origin.kind === "hub")).toHaveLength(1);
  });

  it("that is damaged leaves everything as it was", async () => {
    const { studio } = await visit();
    vi.useRealTimers();
    const before = studio.getState().recipe;
    await studio.getState().openShare("#r=1.!!!");
    expect(studio.getState().review).toMatchObject({ status: "failed", failure: { code: "share/damaged" } });
    expect(studio.getState().recipe).toBe(before);
  });
});
