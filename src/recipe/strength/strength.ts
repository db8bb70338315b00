import { own } from "../../base/own";
import { aroundLayer, atLayer } from "../../model/layout/layout";
import type { ResolvedParameters, TensorParameters } from "../facts";
import type { ModuleItem, Setting } from "../parse/recipe";
import { type BindOptions, bind } from "../plan/bind";
import { distinctSources, type PlannedModule } from "../plan/expand";
import type { Target } from "../plan/inputs/findInputs";
import type { MergePlan, PlannedTensor } from "../plan/plan";
import type { PlanContext, PlanStructure } from "../plan/planContext";
import type { StructureReport } from "../plan/structure";
import { targetsOf } from "../plan/tensors";
import type { Problem } from "../problems/problem";
import { strengthProblem } from "../problems/strength";
import { setSetting } from "../text/edit/editSetting";
import { appendIn, type Path } from "../text/edit/editText";
import { type Reading, settingFor } from "../text/settingFor";

export interface StrengthOptions {
  /** Lays out a recipe: see `structure`. */
  readonly structure: (text: string) => StructureReport;
  /** Key of the model that strength 0 gives. For methods with a base it is theirs; else the recipe's `base_model` unless given. */
  readonly base?: string | undefined;
}

/** From 0 to 1, by output name of a tensor: at 0 it has the base's own values, at ½ it is half of the way there, 1 changes nothing. */
export type StrengthOf = (tensor: string) => number;

type Reasons = readonly [Problem, ...Problem[]];

/** A recipe, or the reasons why there is none. */
export type StrengthReport =
  | { readonly recipe: string; readonly problems: readonly [] }
  | { readonly recipe?: never; readonly problems: Reasons };

/** A plan, or the reasons why there is none. */
export type WeakenedPlan =
  | { readonly plan: MergePlan; readonly problems: readonly [] }
  | { readonly plan?: never; readonly problems: Reasons };

/** A recipe whose merge can be made weaker, tensor by tensor. It is laid out once; numbers are put in as often as one likes. */
export interface Weakening {
  /** The weaker merge, to be measured. Its `recipe` is the text that was laid out, not the one that `recipe` would write. */
  plan(strengthOf: StrengthOf, options: BindOptions): WeakenedPlan;
  /** Whether the names in the recipe tell the tensors apart, so that `recipe` can say it. Writes no text. */
  expressible(strengthOf: StrengthOf): readonly Problem[];
  /**
   * The weaker merge as an ordinary mergekit recipe, comments and all; it was planned, and every tensor has the parameters it
   * should have.
   */
  recipe(strengthOf: StrengthOf): StrengthReport;
}

/** @see Weakening */
export function withStrengths(text: string, strengthOf: StrengthOf, options: StrengthOptions): StrengthReport {
  const opened = openWeakening(text, options);
  return opened.weakening ? opened.weakening.recipe(strengthOf) : { problems: opened.problems };
}

/** Lays out a recipe for being weakened; its errors, if it has any. */
export function openWeakening(
  text: string,
  options: StrengthOptions,
): { readonly weakening: Weakening } | { readonly weakening?: never; readonly problems: Reasons } {
  const opened = open(text, options);
  if (!opened.structure) return { problems: opened.problems };
  const whole = opened.structure;
  const { method, recipe } = whole.context;
  const base = method.base === "none" ? (options.base ?? recipe.base?.key) : recipe.base?.key;
  const isWhole = (strengthOf: StrengthOf) =>
    whole.tensors.every(({ name, action }) => action !== "merge" || strengthOf(name) === 1);

  let joined: ReturnType<typeof open> | undefined;
  /** The same with the base listed, where a method that has none needs it among its inputs. */
  function withBaseListed(): ReturnType<typeof open> {
    const listed = method.strength?.joining && withBase(text, base, method.strength.joining, whole.context);
    joined ??= listed === undefined || listed === text ? opened : open(listed, options);
    return joined;
  }

  function weaken(strengthOf: StrengthOf): Weakened | { readonly from?: never; readonly problems: Reasons } {
    const { strength } = method;
    if (!strength) return { problems: [withoutStrength(whole.context)] };
    const listed = withBaseListed();
    if (!listed.structure) return { problems: listed.problems };
    const from = listed.structure;
    const wanted = new Map<string, TensorParameters>();
    for (const tensor of from.tensors) {
      const now = parametersOf(tensor, method.base === "none" ? base : undefined);
      const factor = tensor.action === "merge" ? strengthOf(tensor.name) : 1;
      const weakened = factor === 1 ? now : strength.weaken(now, factor);
      if (!weakened) return { problems: [withoutBase(from.context, tensor.name, base)] };
      wanted.set(tensor.name, weakened);
    }
    return { from, wanted };
  }

  return {
    weakening: {
      plan(strengthOf, bindOptions) {
        if (isWhole(strengthOf)) return { plan: bind(whole, bindOptions), problems: [] };
        const { from, wanted, problems } = { wanted: undefined, problems: undefined, ...weaken(strengthOf) };
        if (!from) return { problems };
        const plan = bind(from, bindOptions, (tensor) => wanted.get(tensor.name) ?? parametersOf(tensor, undefined));
        return { plan, problems: [] };
      },
      expressible(strengthOf) {
        if (isWhole(strengthOf)) return [];
        const weakened = weaken(strengthOf);
        if (!weakened.from) return weakened.problems;
        return settingsOf(weakened) ? [] : [notExpressible(whole.context)];
      },
      recipe(strengthOf) {
        if (isWhole(strengthOf)) return { recipe: text, problems: [] };
        const weakened = weaken(strengthOf);
        if (!weakened.from) return { problems: weakened.problems };
        const settings = settingsOf(weakened);
        if (!settings) return { problems: [notExpressible(whole.context)] };
        let written = weakened.from.recipe;
        for (const { path, value } of settings) written = setSetting(written, path, value);
        return holds(options.structure(written).structure, weakened.wanted)
          ? { recipe: written, problems: [] }
          : { problems: [notExpressible(whole.context)] };
      },
    },
  };
}

/** A structure, and the parameters that its tensors are to have. */
interface Weakened {
  readonly from: PlanStructure;
  readonly wanted: ReadonlyMap<string, TensorParameters>;
}

function open(
  text: string,
  { structure }: StrengthOptions,
): { readonly structure: PlanStructure } | { readonly structure?: never; readonly problems: Reasons } {
  const { structure: found, problems } = structure(text);
  if (found) return { structure: found };
  const [first, ...others] = problems.filter(({ severity }) => severity === "error");
  if (!first) throw new TypeError("A recipe without errors has a structure.");
  return { problems: [first, ...others] };
}

function parametersOf({ parameters, inputs }: PlannedTensor, base: string | undefined): TensorParameters {
  return {
    globals: parameters,
    inputs: inputs.map((input) => ({
      isBase: base === undefined ? input.isBase : input.model === base,
      parameters: input.parameters,
    })),
  };
}

/** Lists the base among whole models, with parameters that change nothing, or with those it has without being listed. */
function withBase(
  text: string,
  base: string | undefined,
  joining: ResolvedParameters,
  { recipe, models }: PlanContext,
): string {
  if (base === undefined || !models.has(base)) return text;
  const lacking = [{ part: recipe, path: [] as Path }, ...recipe.modules.map((part) => ({ part, path: pathOf(part) }))]
    .filter(({ part }) => part.models.length > 0)
    .filter(({ part }) => !part.models.some(({ model }) => model.key === base));
  return lacking.reduce((written, { part, path }) => {
    const said = (name: string) => recipe.parameters.has(name) || part.parameters.has(name);
    const takesPart = recipe.base?.key === base && Object.keys(joining).every(said);
    return appendIn(written, [...path, "models"], takesPart ? { model: base } : { model: base, parameters: joining });
  }, text);
}

function pathOf({ name }: ModuleItem): Path {
  return ["modules", name];
}

/** A place of the text that sets one parameter, and every tensor that reads it. */
interface Site {
  readonly path: Path;
  /** What decides now: the levels that are looked at, one after the other. */
  readonly settings: readonly (Setting | undefined)[];
  readonly readings: Reading[];
  changed: boolean;
}

/** A setting to be written, at its place. */
interface NewSetting {
  readonly path: Path;
  readonly value: NonNullable<ReturnType<typeof settingFor>>;
}

/** Every setting whose value is to be another for some tensor; `undefined` where a setting cannot say it. */
function settingsOf({ from: { context, modules, tensors }, wanted }: Weakened): readonly NewSetting[] | undefined {
  const sites = new Map<string, Site>();
  const planned = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const module of modules) {
    for (const target of targetsOf(module)) {
      const name = atLayer(target.weight.name, target.layer?.output);
      const tensor = planned.get(name);
      const goal = wanted.get(name);
      if (tensor && goal) collect(sites, context, module, target, tensor, goal);
    }
  }
  const settings: NewSetting[] = [];
  for (const { path, settings: now, readings, changed } of sites.values()) {
    if (!changed) continue;
    const filters = now.flatMap((setting) => setting?.items.flatMap(({ filter }) => filter ?? []) ?? []);
    const value = settingFor(filters, readings);
    if (value === undefined) return undefined;
    settings.push({ path, value });
  }
  return settings;
}

/** Notes what one tensor reads: parameters of the whole tensor, and those of each of its inputs. */
function collect(
  sites: Map<string, Site>,
  { method, recipe }: PlanContext,
  { slices, stacked, path: modulePath }: PlannedModule,
  target: Target,
  tensor: PlannedTensor,
  goal: TensorParameters,
): void {
  const { slice } = target;
  const slicePath: Path = stacked ? [...modulePath, "slices", slices.indexOf(slice)] : modulePath;
  const above = (name: string) =>
    [slice.parameters, slice.moduleParameters, recipe.parameters].map((level) => level.get(name));
  const note = (path: Path, settings: Site["settings"], source: number | undefined, now: unknown, value: unknown) => {
    if (typeof value !== "number") return;
    const key = path.join("\n");
    const site = sites.get(key) ?? { path, settings, readings: [], changed: false };
    sites.set(key, site);
    site.changed ||= value !== now;
    site.readings.push(readingOf(target, source, value === now ? value : tidy(value)));
  };
  for (const name of Object.keys(method.globals)) {
    const path = [...slicePath, "parameters", name];
    note(path, above(name), undefined, own(tensor.parameters, name), own(goal.globals, name));
  }
  for (const { source, start } of distinctSources(slice)) {
    const at = tensor.inputs.findIndex(({ model }) => model === source.model.key);
    if (at < 0 || source.added) continue;
    const entries = slice.sources.filter(({ model }) => model.identity === source.model.identity);
    for (const name of Object.keys(method.perModel)) {
      const path = [...slicePath, stacked ? "sources" : "models", slice.sources.indexOf(source), "parameters", name];
      const settings = [...entries.map(({ parameters }) => parameters.get(name)), ...above(name)];
      note(
        path,
        settings,
        start,
        own(tensor.inputs[at]?.parameters ?? {}, name),
        own(goal.inputs[at]?.parameters ?? {}, name),
      );
    }
  }
}

/** @param source first layer of the input whose parameters are read; absent for those of the whole tensor */
function readingOf({ weight, slice, layer }: Target, source: number | undefined, value: number): Reading {
  if (!layer) return { name: weight.name, value };
  const number = source === undefined ? layer.output : source + layer.inSlice;
  const [before, rest] = aroundLayer(weight.name);
  const place = { index: layer.inSlice, count: slice.layers, prefix: `${before}${number}`, rest };
  return { name: atLayer(weight.name, number), layer: place, value };
}

/** Without the digits that only arithmetic put there: 0.15, not 0.15000000000000002. */
function tidy(value: number): number {
  return Number(value.toPrecision(15));
}

/** Whether a recipe gives every tensor the parameters it should have. */
function holds(found: PlanStructure | undefined, wanted: Weakened["wanted"]): boolean {
  return (
    found?.tensors.length === wanted.size &&
    found.tensors.every((tensor) => {
      const goal = wanted.get(tensor.name);
      return (
        goal !== undefined &&
        goal.inputs.length === tensor.inputs.length &&
        same(tensor.parameters, goal.globals) &&
        tensor.inputs.every(({ parameters }, k) => same(parameters, goal.inputs[k]?.parameters ?? {}))
      );
    })
  );
}

function same(found: ResolvedParameters, expected: ResolvedParameters): boolean {
  return Object.entries(expected).every(([name, value]) => {
    const got = own(found, name);
    if (typeof value !== "number" || typeof got !== "number" || value === 0) return got === value;
    return Math.abs(got - value) <= 1e-12 * Math.max(1, Math.abs(value));
  });
}

function withoutStrength({ method, recipe }: PlanContext): Problem {
  const facts = { label: method.label };
  return strengthProblem({ code: "recipe/no-strength", severity: "error", facts, span: recipe.method.span });
}

function withoutBase({ method, recipe }: PlanContext, tensor: string, base: string | undefined): Problem {
  return strengthProblem({
    code: "recipe/strength-base",
    severity: "error",
    facts: { label: method.label, tensor, base },
    span: recipe.base?.span ?? recipe.method.span,
    tensor,
  });
}

function notExpressible({ recipe }: PlanContext): Problem {
  return strengthProblem({
    code: "recipe/strength-not-expressible",
    severity: "error",
    span: recipe.method.span,
  });
}
