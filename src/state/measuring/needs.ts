import type { EngineSlice } from "../engine";
import type { ModelsSlice } from "../models/models";
import type { PromptSetsSlice } from "../prompts/promptSets";
import type { PlanSlice } from "../recipe/plan";
import type { RecipeSlice } from "../recipe/recipe";
import type { SettingsSlice } from "../settings";
import type { ChartViewSlice } from "./chartView";
import type { GuardSlice } from "./guard";
import type { RecordsSlice } from "./records";

/** What a slice sees that computes with the recipe and keeps a record of it: a merge, a measurement. */
export type RecordingNeeds = SettingsSlice &
  RecipeSlice &
  EngineSlice &
  ModelsSlice &
  PlanSlice &
  PromptSetsSlice &
  GuardSlice &
  RecordsSlice &
  ChartViewSlice;
