import type { ParameterFacts, ResolvedParameters } from "../facts";
import { entriesOf, partsOf, slicesOf } from "../parse/parts";
import type { ModelReference, Recipe, Setting } from "../parse/recipe";
import { changeTo } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import { nearest } from "../text/nearest";
import type { PlanContext } from "./planContext";
import type { Resolved } from "./resolve";

/** Parameters as numbers and switches, and the places that set them. */
export interface TypedParameters {
  readonly values: ResolvedParameters;
  readonly spans: ReadonlyMap<string, TextSpan>;
}

/**
 * Gives each parameter of a list its value: from the recipe, else its default. `missing` is asked for the required ones
 * that have neither.
 */
export function typedParameters(
  facts: Readonly<Record<string, ParameterFacts>>,
  resolve: (name: string) => Resolved | undefined,
  missing: (name: string) => null,
  tensor: string,
  context: PlanContext,
): TypedParameters {
  const values = new Map<string, number | boolean | null>();
  const spans = new Map<string, TextSpan>();
  for (const [name, parameter] of Object.entries(facts)) {
    const resolved = resolve(name);
    if (!resolved) {
      values.set(name, parameter.default === undefined ? missing(name) : parameter.default);
      continue;
    }
    values.set(name, typed(name, parameter, resolved, tensor, context));
    spans.set(name, resolved.span);
  }
  return { values: Object.fromEntries(values), spans };
}

/** YAML gives numbers; a switch must be 1 or 0 (true or false), a whole number whole. */
function typed(
  name: string,
  { kind }: ParameterFacts,
  { value, span }: Resolved,
  tensor: string,
  { bag }: PlanContext,
): number | boolean {
  if (kind === "number") return value;
  if (kind === "boolean" && (value === 0 || value === 1)) return value === 1;
  if (kind === "integer" && Number.isInteger(value)) return value;
  bag.add({
    code: "plan/parameter-type",
    severity: "error",
    span,
    tensor,
    facts: { name, found: value, expected: kind },
  });
  return kind === "boolean" ? value !== 0 : value;
}

/** Says that a required parameter has no value for a tensor, at the place where one was probably meant. */
export function reportMissing(context: PlanContext, name: string, tensor: string, model?: ModelReference): null {
  const { method, recipe, bag } = context;
  const misplaced = model ? undefined : misplacedSetting(recipe, name);
  const place = misplaced ? "under-model" : "nowhere";
  bag.add({
    code: "plan/missing-parameter",
    severity: "error",
    span: misplaced?.keySpan ?? model?.span ?? recipe.method.span,
    group: `${name} ${model?.key ?? ""}`,
    tensor,
    facts: { name, method: method.id, label: method.label, model: model?.key, place },
  });
  return null;
}

function misplacedSetting(recipe: Recipe, name: string): Setting | undefined {
  return modelSettings(recipe)
    .map((parameters) => parameters.get(name))
    .find((setting) => setting !== undefined);
}

function modelSettings(recipe: Recipe) {
  return entriesOf(recipe).map(({ parameters }) => parameters);
}

/** Warns of parameters that the method does not have, or does not look for where they stand. mergekit ignores both silently. */
export function lintParameters({ recipe, method, bag }: PlanContext): void {
  const known = new Set([...Object.keys(method.globals), ...Object.keys(method.perModel)]);
  const everywhere = [...partsOf(recipe), ...slicesOf(recipe)].map(({ parameters }) => parameters);
  const warn = (name: string, setting: Setting, level: "model" | "above") => {
    if (known.has(name) && (level === "above" || Object.hasOwn(method.perModel, name))) return;
    const facts = { name, method: method.id, label: method.label };
    const at = { severity: "warning", span: setting.keySpan } as const;
    if (known.has(name)) {
      bag.add({ ...at, code: "plan/parameter-level", facts });
      return;
    }
    const meant = nearest(name, known);
    bag.add({
      ...at,
      code: "plan/unknown-parameter",
      facts: { ...facts, known: [...known].join(", "), meant },
      fix: meant === undefined ? undefined : changeTo(meant, setting.keySpan),
    });
  };
  for (const settings of everywhere) for (const [name, setting] of settings) warn(name, setting, "above");
  for (const settings of modelSettings(recipe)) for (const [name, setting] of settings) warn(name, setting, "model");
}
