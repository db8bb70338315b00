import type { Model } from "../../model/model";
import type { MethodFacts } from "../facts";
import { type BindOptions, bind } from "./bind";
import type { PlanReport } from "./plan";
import { structure } from "./structure";

/** Makes a plan from a recipe and the headers of its models: its structure, with the numbers the recipe gives. @see structure */
export function planMerge(
  text: string,
  models: ReadonlyMap<string, Model>,
  methods: readonly MethodFacts[],
  options: BindOptions,
): PlanReport {
  const { structure: found, problems } = structure(text, models, methods);
  return { ...(found ? { plan: bind(found, options) } : {}), problems };
}
