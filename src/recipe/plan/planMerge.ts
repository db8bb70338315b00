import type { Model } from "../../model/model";
import type { MethodFacts } from "../facts";
import { structureMixture } from "../mixture/structureMixture";
import { type BindOptions, bind } from "./bind";
import type { PlanReport } from "./plan";
import { structure, type TokenizerPlanner } from "./structure";
import type { Vocabularies } from "./vocabulary/vocabularies";

/** Makes a plan from a recipe and the headers of its models: its structure, with the numbers the recipe gives. @see structure */
export function planMerge(
  text: string,
  models: ReadonlyMap<string, Model>,
  methods: readonly MethodFacts[],
  options: BindOptions & { readonly vocabularies?: Vocabularies; readonly tokenizers?: TokenizerPlanner },
): PlanReport {
  const later = { mixtures: structureMixture, tokenizers: options.tokenizers };
  const { structure: found, problems } = structure(text, models, methods, options.vocabularies, later);
  return { ...(found ? { plan: bind(found, options) } : {}), problems };
}
