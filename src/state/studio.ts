import { createStore, type StoreApi } from "zustand/vanilla";
import type { AwaseError } from "../base/errors";
import { createCompareSlice } from "./compare/compare";
import { createEngineSlice } from "./engine";
import { failureOf } from "./failure";
import { stateFailure } from "./failures";
import { sessionChanged, sessionOf, stateOf } from "./keep";
import { createChartViewSlice } from "./measuring/chartView";
import { createEvaluationSlice } from "./measuring/evaluation";
import { createGuardSlice } from "./measuring/guard";
import { createRecordsSlice } from "./measuring/records";
import { createModelsSlice, sampleModels } from "./models/models";
import { createNoticeSlice } from "./notice";
import { packSession, unpackSession } from "./persistence";
import { createPromptSetsSlice } from "./prompts/promptSets";
import { historyOf } from "./recipe/history";
import { createPlanSlice } from "./recipe/plan";
import { createRecipeSlice, STARTER_NAME, starterRecipe } from "./recipe/recipe";
import { createReviewSlice } from "./recipe/review";
import { isShareFragment } from "./recipe/share";
import { createResultsSlice } from "./runs/results";
import { createRunSlice } from "./runs/run";
import type { SessionStore } from "./sessionStore";
import { setAside } from "./setAside";
import { createSettingsSlice, preferredLanguage } from "./settings";
import type { StudioTools } from "./slice";
import type { StudioState } from "./state";
import type { Trials } from "./trial";
import { createViewSlice } from "./view";

export type Studio = StoreApi<StudioState>;

/** What a visit begins with. */
export interface Visit {
  readonly session: SessionStore;
  /** The browser's languages, best first. */
  readonly languages: readonly string[];
  readonly hubUrl: string;
  /** `location.hash`: a share link, perhaps. */
  readonly fragment: string;
  readonly trials: Trials;
}

/** Quiet time before the recipe is checked, in milliseconds. */
const CHECK_AFTER = 120;
/** How long a page must have shown something to be taken as able to, in milliseconds. */
const SEEN_AFTER = 1000;

export function createStudio(tools: StudioTools): Studio {
  return createStore<StudioState>()((...store) => ({
    ...createSettingsSlice(...store),
    ...createRecipeSlice(...store),
    ...createModelsSlice(tools)(...store),
    ...createEngineSlice(tools)(...store),
    ...createPlanSlice(tools)(...store),
    ...createRunSlice(tools)(...store),
    ...createResultsSlice(tools)(...store),
    ...createNoticeSlice(...store),
    ...createReviewSlice(tools)(...store),
    ...createViewSlice(...store),
    ...createPromptSetsSlice(tools)(...store),
    ...createGuardSlice(...store),
    ...createEvaluationSlice(tools)(...store),
    ...createRecordsSlice(tools)(...store),
    ...createChartViewSlice(...store),
    ...createCompareSlice(tools)(...store),
  }));
}

/**
 * Brings the last visit back, or sets the first one up, and starts the engine. Settles when the models are open;
 * everything can be used before that.
 */
export async function beginVisit(studio: Studio, visit: Visit): Promise<void> {
  const { trials } = visit;
  const trial = trials.now;
  const stored = unpackSession(await visit.session.get().catch(() => undefined));
  const language = stored?.language ?? preferredLanguage(visit.languages);
  const first = { recipe: starterRecipe(language), recipeName: STARTER_NAME, models: sampleModels() };
  const session = setAside(stored, trial, first);
  studio.setState({
    hubUrl: visit.hubUrl,
    ...(session ? stateOf(session) : { language, recipe: historyOf(first.recipe) }),
  });
  const state = studio.getState();
  await state.listModels(session?.models ?? first.models);
  remember(studio, visit.session);
  settleWhenDrawn(studio, trials);
  if (trial.link || trial.before) studio.setState({ review: { status: "failed", failure: failureOf(linkSetAside()) } });
  if (session !== stored) await visit.session.set(packSession(sessionOf(studio.getState()))).catch(() => undefined);
  trials.settle(["link", "before"]);
  if (trial.afresh) trials.note({ afresh: { ...trial.afresh, done: true } });
  checkOnChange(studio);
  measureOnChange(studio);
  nameSetsOnChange(studio);
  if (isShareFragment(visit.fragment)) void state.openShare(visit.fragment);
  await Promise.all([state.startEngine(), state.attempt(state.loadPromptSets()), state.recallRecords()]);
  if (studio.getState().engineFailure) return;
  await Promise.all([state.refreshUnfinished(), state.refreshResults(), state.refreshStorage()]);
}

/** Writes the visit down whenever something worth keeping has changed: at once, and once more for what changed meanwhile. */
function remember(studio: Studio, store: SessionStore): void {
  let writing = false;
  let stale = false;
  async function write(): Promise<void> {
    writing = true;
    do {
      stale = false;
      // A browser that refuses to store (private mode, full disk) loses the visit at reload, and nothing else.
      await store.set(packSession(sessionOf(studio.getState()))).catch(() => undefined);
    } while (stale);
    writing = false;
  }
  studio.subscribe((after, before) => {
    if (!sessionChanged(before, after)) return;
    stale = true;
    if (!writing) void write();
  });
}

/** A page that has shown the engine's answer, and is still there a while later, can show its recipe and its models. */
function settleWhenDrawn(studio: Studio, trials: Trials): void {
  const settle = later(SEEN_AFTER, () => trials.settle(["before", "afresh"]));
  studio.subscribe((after, before) => {
    if (after.report !== before.report && after.reportedText === after.recipe.present) settle();
  });
}

function linkSetAside(): AwaseError {
  return stateFailure("share/set-aside");
}

/** The prompt sets that come with the program speak the language of the page. */
function nameSetsOnChange(studio: Studio): void {
  studio.subscribe((after, before) => {
    if (after.language !== before.language) after.attempt(after.nameBundledSets());
  });
}

/** Checks the recipe when its text, the device or the open models change. */
function checkOnChange(studio: Studio): void {
  const check = later(CHECK_AFTER, () => {
    void studio.getState().checkRecipe();
    void studio.getState().checkReview();
  });
  studio.subscribe((after, before) => {
    if (!after.device) return;
    const changed =
      after.recipe.present !== before.recipe.present ||
      after.device !== before.device ||
      openKeys(after) !== openKeys(before);
    if (changed) check();
  });
}

/** With `live`, measures each recipe that the engine has called good; what is out of date is given up at once. */
function measureOnChange(studio: Studio): void {
  studio.subscribe((after, before) => {
    if (!after.live) return;
    if (after.recipe.present !== before.recipe.present) after.cancelMeasuring();
    if (after.report !== before.report) void after.measureLive();
  });
}

function openKeys({ models }: StudioState): string {
  return JSON.stringify(models.map((model) => model.status === "ready" && [model.summary.key, model.summary.revision]));
}

/** `action`, once, when nobody has asked for it again for `milliseconds`. */
function later(milliseconds: number, action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}
