import { latest } from "../../base/latest";
import type { ModelKey } from "../../engine/protocol/ids";
import type { RecipeReport } from "../../engine/protocol/protocol";
import type { Problem } from "../../recipe/problems/problem";
import { type Failure, failureOf } from "../failure";
import { type ModelEntry, type ModelsSlice, modelNames } from "../models/models";
import type { Slice, StudioTools } from "../slice";
import { parsedRecipe } from "./parsed";
import { type RecipeSlice, seedOf } from "./recipe";

/** What the engine says about the recipe as it stands. */
export interface PlanSlice {
  readonly report: RecipeReport | undefined;
  /** The text `report` speaks of: its line numbers are worthless for any other. */
  readonly reportedText: string | undefined;
  readonly checking: boolean;
  readonly checkFailure: Failure | undefined;
  /** Asks the engine. An answer that a later question has overtaken is dropped. */
  checkRecipe(): Promise<void>;
}

export function createPlanSlice({ engine }: StudioTools): Slice<PlanSlice, RecipeSlice> {
  return (set, get) => {
    const asking = latest();
    return {
      report: undefined,
      reportedText: undefined,
      checking: false,
      checkFailure: undefined,
      async checkRecipe() {
        const turn = asking.begin();
        const { recipe } = get();
        set({ checking: true });
        try {
          const report = await engine.check(recipe.present, seedOf(recipe.present));
          if (!turn.newest) return;
          set({ report, reportedText: recipe.present, checking: false, checkFailure: undefined });
        } catch (error) {
          if (turn.newest) set({ checking: false, checkFailure: failureOf(error) });
        }
      },
    };
  };
}

/** What a recipe is measured against: its base, else the first of its models. The result of another recipe of the text is not loaded. */
export function baseOf({
  recipe,
  models,
  report,
}: Pick<RecipeSlice & ModelsSlice & PlanSlice, "recipe" | "models" | "report">): ModelKey | undefined {
  const { base, stages } = parsedRecipe(recipe.present, models).recipe ?? {};
  return base && !stages?.some(({ name }) => name === base.path) ? base.key : report?.plan?.models[0];
}

/** The model a problem says is not loaded. */
export function missingModel({ code, facts }: Problem): string | undefined {
  return code === "plan/model-missing" ? String(facts.model) : undefined;
}

/** The problems that stand: a model that is being opened is no mistake of the recipe. */
export function standingProblems(problems: readonly Problem[], models: readonly ModelEntry[]): readonly Problem[] {
  const coming = new Set<string | undefined>(modelNames(models.filter(({ status }) => status === "opening")));
  return problems.filter((problem) => !coming.has(missingModel(problem)));
}

/** Whether Merge may be pressed: the plan stands, and it is the plan of the text on the screen. */
export function canMerge(state: {
  readonly report: RecipeReport | undefined;
  readonly reportedText: string | undefined;
  readonly recipe: { readonly present: string };
}): boolean {
  return (
    state.report?.plan !== undefined &&
    state.reportedText === state.recipe.present &&
    !state.report.problems.some(({ severity }) => severity === "error")
  );
}
