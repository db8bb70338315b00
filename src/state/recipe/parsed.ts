import { parseRecipe } from "../../recipe/parse/parse";
import type { ParsedRecipe } from "../../recipe/parse/recipe";
import { knownModels } from "../../recipe/parse/references";
import { type ModelEntry, modelNames } from "../models/models";

interface Parsed {
  readonly text: string;
  readonly names: string;
  readonly parsed: ParsedRecipe;
}

/** The recipe that is worked on, one that came in a link, and those of the records in sight. */
const KEPT = 64;
let kept: readonly Parsed[] = [];

/**
 * A recipe's text as it is meant here: read once, whoever asks for it, as long as the list of models stays the same. A model in the
 * list may be called `x+y` or `x@y`; no sign in its name is taken for another then.
 */
export function parsedRecipe(text: string, models: readonly ModelEntry[]): ParsedRecipe {
  const known = modelNames(models);
  const names = known.join("\n");
  const found = kept.find((each) => each.text === text && each.names === names) ?? {
    text,
    names,
    parsed: parseRecipe(text, knownModels(known)),
  };
  if (kept[0] !== found) kept = [found, ...kept.filter((each) => each !== found)].slice(0, KEPT);
  return found.parsed;
}
