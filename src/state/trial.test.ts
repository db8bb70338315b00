import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeEngine, memorySession, memoryTrials } from "./engine.testing";
import { encodeShare } from "./recipe/share";
import { beginVisit, createStudio } from "./studio";
import { Trials } from "./trial";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const RECIPE = "merge_method: linear\nmodels: [{model: constructor}]\n";

/** One visit after the other on one machine. */
function machine() {
  const session = memorySession();
  let kept: string | null = null;
  const newTrials = () =>
    new Trials({
      get: () => kept,
      set: (text) => {
        kept = text;
      },
    });
  return async (fragment = "") => {
    const trials = newTrials();
    const studio = createStudio({
      engine: fakeEngine({}),
      samplesUrl: "samples",
      trials,
      recordStore: memorySession(),
      promptStore: memorySession(),
    });
    await beginVisit(studio, { session, languages: ["en"], hubUrl: "https://hub.test", fragment, trials });
    return { studio, trials, settled: () => vi.runAllTimersAsync() };
  };
}

const link = () => encodeShare({ name: "theirs", recipe: RECIPE });

describe("a page that goes down", () => {
  it("while a link is looked at opens without the link, and says so", async () => {
    const visit = machine();
    const before = await visit();
    await before.settled();
    before.studio.getState().editRecipe("mine: 1");
    await before.settled();

    const down = await visit(await link());
    await vi.waitFor(() => expect(down.studio.getState().review?.status).toBe("ready"));
    down.trials.hold(); // nothing was drawn

    const next = (await visit()).studio.getState();
    expect(next.review).toMatchObject({ status: "failed", failure: { code: "share/set-aside" } });
    expect(next.recipe.present).toBe("mine: 1");
    expect((await visit()).studio.getState().review).toBeUndefined();
  });

  it("with a link's recipe just taken over comes back with the recipe before it", async () => {
    const visit = machine();
    const first = await visit(await link());
    await vi.waitFor(() => expect(first.studio.getState().review?.status).toBe("ready"));
    first.studio.getState().reviewDrawn();
    const { recipe, recipeName } = first.studio.getState();
    await first.studio.getState().acceptShare();
    expect(first.studio.getState().recipe.present).toBe(RECIPE);
    first.trials.hold();
    await first.settled();

    const { studio } = await visit();
    expect(studio.getState()).toMatchObject({ recipeName, review: { status: "failed" } });
    expect(studio.getState().recipe.present).toBe(recipe.present);
  });

  it("starts afresh without the recipe, then without the models, then without anything", async () => {
    const visit = machine();
    const { studio, settled } = await visit();
    await settled();
    studio.getState().editRecipe("mine: 1");
    studio.setState({ models: [], scheme: "dark" });
    await settled();

    const steps = [];
    for (let step = 0; step < 4; step++) {
      const { studio: now, trials } = await visit();
      const { recipe, models, scheme } = now.getState();
      steps.push({ mine: recipe.present === "mine: 1", models: models.length, scheme });
      trials.hold();
      trials.startAfresh();
    }
    expect(steps).toEqual([
      { mine: true, models: 0, scheme: "dark" },
      { mine: false, models: 0, scheme: "dark" },
      { mine: false, models: 3, scheme: "dark" },
      { mine: false, models: 3, scheme: "auto" },
    ]);
  });
});

describe("a page that stays up", () => {
  it("keeps a link's recipe, and forgets that it was on trial", async () => {
    const visit = machine();
    const first = await visit(await link());
    await vi.waitFor(() => expect(first.studio.getState().review?.status).toBe("ready"));
    first.studio.getState().reviewDrawn();
    await first.studio.getState().acceptShare();
    await first.settled();
    expect(first.trials.now).toEqual({});

    const { studio } = await visit();
    expect(studio.getState().recipe.present).toBe(RECIPE);
    expect(studio.getState().review).toBeUndefined();
  });

  it("takes away nothing more when it was started afresh once and is loaded again", async () => {
    const visit = machine();
    const first = await visit();
    first.trials.startAfresh();
    const second = await visit();
    second.studio.getState().editRecipe("mine: 2"); // no answer of the engine was ever seen
    await vi.advanceTimersByTimeAsync(10);
    expect((await visit()).studio.getState().recipe.present).toBe("mine: 2");
  });
});

it.each(["{", "null", '"x"', '{"before": 3, "afresh": {"step": "1"}, "link": 1, "__proto__": {"link": true}}'])(
  "what was noted may be damaged: %s",
  (text) => {
    expect(memoryTrials(text).now).toEqual({});
  },
);
