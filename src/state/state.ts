import type { CompareSlice } from "./compare/compare";
import type { EngineSlice } from "./engine";
import type { ChartViewSlice } from "./measuring/chartView";
import type { EvaluationSlice } from "./measuring/evaluation";
import type { GuardSlice } from "./measuring/guard";
import type { RecordsSlice } from "./measuring/records";
import type { ModelsSlice } from "./models/models";
import type { NoticeSlice } from "./notice";
import type { PromptSetsSlice } from "./prompts/promptSets";
import type { PlanSlice } from "./recipe/plan";
import type { RecipeSlice } from "./recipe/recipe";
import type { ReviewSlice } from "./recipe/review";
import type { ResultsSlice } from "./runs/results";
import type { RunSlice } from "./runs/run";
import type { SettingsSlice } from "./settings";
import type { ViewSlice } from "./view";

/** Everything the store holds. */
export type StudioState = SettingsSlice &
  RecipeSlice &
  ModelsSlice &
  EngineSlice &
  PlanSlice &
  RunSlice &
  ResultsSlice &
  NoticeSlice &
  ReviewSlice &
  ViewSlice &
  PromptSetsSlice &
  GuardSlice &
  EvaluationSlice &
  RecordsSlice &
  ChartViewSlice &
  CompareSlice;
