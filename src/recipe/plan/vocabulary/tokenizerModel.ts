import type { ModelReference } from "../../parse/recipe";
import type { PlanContext } from "../planContext";

/** The model whose tokenizer files the output gets, as they are or with tokens added: the one that is asked for, else the donor. */
export function tokenizerModel({ recipe, donor }: PlanContext): ModelReference {
  const source = recipe.tokenizer?.source;
  return typeof source === "object" ? source : donor.reference;
}
