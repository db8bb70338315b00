import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import { Matcher } from "../../tokens/patterns/matcher";
import { programOf } from "../../tokens/patterns/program";
import { syntaxOf } from "../../tokens/patterns/syntax";
import type { JsonObject } from "../model";

/** Steps that all patterns of one adapter may take together: real ones take some thousands. */
const MAX_STEPS = 50_000_000;

/** Numbers for some modules (`rank_pattern`, `alpha_pattern`); all others have the config's own. */
export type ModulePattern = (module: string) => number | undefined;

/**
 * Of the patterns of a config the first that matches the end of a module's name, from one of its dots on: a name, or a regular
 * expression, which is never given to an engine that may not end.
 * @returns nothing where it is no dictionary of numbers, or holds an expression that cannot be read
 */
export function modulePattern(config: JsonObject, key: string): ModulePattern | undefined {
  const patterns = own(config, key) ?? {};
  if (!isObject(patterns)) return undefined;
  let steps = 0;
  const counter = {
    steps(count: number) {
      steps += count;
      if (steps > MAX_STEPS) throw new RangeError(`The patterns of ${key} take more than ${MAX_STEPS} steps.`);
    },
  };
  const entries: { readonly matches: (module: string) => boolean; readonly value: number }[] = [];
  for (const [pattern, value] of Object.entries(patterns)) {
    const matches = matcherOf(pattern, counter);
    if (typeof value !== "number" || !Number.isFinite(value) || !matches) return undefined;
    entries.push({ matches, value });
  }
  return (module) => entries.find(({ matches }) => matches(module))?.value;
}

function matcherOf(pattern: string, counter: { steps(count: number): void }) {
  if (/^[\w.-]*$/.test(pattern)) return (module: string) => `.${module}`.endsWith(`.${pattern}`);
  try {
    const { source } = new RegExp(`(?:.*\\.)?(?:${pattern})$`); // whether it is one; it is never run
    const matcher = new Matcher(programOf(syntaxOf(source)), counter);
    return (module: string) => matcher.matchAt(module, 0) >= 0;
  } catch {
    return undefined;
  }
}
