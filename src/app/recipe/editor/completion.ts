import { own } from "../../../base/own";
import { DTYPE_NAMES, RECIPE_KEYS } from "../../../recipe/parse/parse";
import type { FormMethod } from "../../../state/engine";

/** What can be written at a place in a recipe. */
export interface Suggestions {
  /** Characters before the cursor that a suggestion replaces. */
  readonly typed: number;
  readonly options: readonly {
    readonly label: string;
    readonly kind: "key" | "method" | "model" | "dtype";
    readonly detail?: string;
    /** What is written, if more than the label. */
    readonly insert?: string;
  }[];
}

/** What completion knows about the studio. */
export interface Vocabulary {
  readonly methods: readonly FormMethod[];
  readonly models: readonly string[];
}

const MODEL_KEYS = new Set(["base_model", "model"]);
const DTYPE_KEYS = new Set(["dtype", "out_dtype"]);
/** Keys of the items of lists and mappings, by the key above them. */
const CHILD_KEYS: Readonly<Record<string, readonly string[]>> = {
  models: ["model", "parameters"],
  slices: ["sources", "parameters", "base_model"],
  sources: ["model", "layer_range", "parameters"],
};
/** Keys whose value goes on below them. */
const BLOCK_KEYS = new Set<string>(["models", "slices", "modules", "sources", "parameters"]);
/** Keys of a module, whatever its name. */
const MODULE_KEYS = ["models", "slices", "parameters"];

/**
 * What may follow `before`, the recipe's text up to the cursor. Looks at indentation alone, so it works in text that is
 * not YAML yet.
 */
export function suggestionsAt(before: string, { methods, models }: Vocabulary): Suggestions | undefined {
  const lines = before.split("\n");
  const line = lines.at(-1) ?? "";
  const value = /^[\s-]*(\w+):\s+(["']?)([\w./@-]*)$/.exec(line);
  if (value) {
    const [, key = "", , typed = ""] = value;
    if (key === "merge_method") {
      return {
        typed: typed.length,
        options: methods.map(({ id, label }) => ({ label: id, kind: "method", detail: label })),
      };
    }
    if (MODEL_KEYS.has(key)) return { typed: typed.length, options: models.map((label) => ({ label, kind: "model" })) };
    if (DTYPE_KEYS.has(key)) {
      return { typed: typed.length, options: Object.keys(DTYPE_NAMES).map((label) => ({ label, kind: "dtype" })) };
    }
    return undefined;
  }
  const start = /^(\s*(?:- +)?)(\w*)$/.exec(line);
  if (!start) return undefined;
  const [, indent = "", typed = ""] = start;
  const above = parents(lines.slice(0, -1), indent.length);
  const keys = above[0] === undefined ? RECIPE_KEYS : keysUnder(above, before, methods);
  return {
    typed: typed.length,
    options: keys.map((label) => ({ label, kind: "key", insert: BLOCK_KEYS.has(label) ? `${label}:` : `${label}: ` })),
  };
}

function keysUnder(above: readonly string[], text: string, methods: readonly FormMethod[]): readonly string[] {
  const [parent = "", ...further] = above;
  if (further.length === 1 && further[0] === "modules") return MODULE_KEYS;
  if (parent !== "parameters") return own(CHILD_KEYS, parent) ?? [];
  const id = /^merge_method:\s*["']?([\w]+)/m.exec(text)?.[1];
  const known = methods.filter((method) => id === undefined || method.id === id);
  const ofModel = further.includes("models") || further.includes("sources");
  const names = known.flatMap(({ globals, perModel }) => [
    ...Object.keys(perModel),
    ...(ofModel ? [] : Object.keys(globals)),
  ]);
  return [...new Set(names)];
}

/** Keys whose blocks the column `indent` stands in, innermost first. A dash counts as indentation of what follows it. */
function parents(lines: readonly string[], indent: number): string[] {
  const found: string[] = [];
  let limit = indent;
  for (const line of [...lines].reverse()) {
    const [, lead = "", name = ""] = /^(\s*(?:- +)*)(\w+):\s*(?:#.*)?$/.exec(line) ?? [];
    if (name !== "" && lead.length < limit) {
      found.push(name);
      limit = lead.length;
    }
  }
  return found;
}
