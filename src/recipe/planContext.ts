import type { Checkpoint } from "../model/checkpoint";
import type { Layout } from "../model/layout";
import type { MethodFacts } from "./facts";
import type { ProblemBag } from "./problemBag";
import type { ModelReference, Recipe } from "./recipe";

/** What every part of the planner needs: the recipe, the method, the opened models and their common layout. */
export interface PlanContext {
  readonly recipe: Recipe;
  readonly method: MethodFacts;
  readonly models: ReadonlyMap<string, Checkpoint>;
  /** The models referred to, each once, the base first. */
  readonly references: readonly ModelReference[];
  /** Gives the output its config and side files: the first of `references`. */
  readonly donor: { readonly reference: ModelReference; readonly checkpoint: Checkpoint };
  readonly layout: Layout;
  readonly bag: ProblemBag;
}
