import { own } from "../../base/own";
import { aroundLayer, atLayer } from "../../model/layout";
import type { Model } from "../../model/model";
import type { MethodFacts, ResolvedParameters, TensorParameters } from "../facts";
import { parseRecipe } from "../parse/parse";
import type { Setting } from "../parse/recipe";
import { distinctSources, expandRecipe } from "../plan/expand";
import type { Target } from "../plan/findInputs";
import type { MergePlan, PlannedTensor } from "../plan/plan";
import { openContext, type PlanContext } from "../plan/planContext";
import { planMerge } from "../plan/planMerge";
import { ProblemBag } from "../plan/problemBag";
import { targetsOf } from "../plan/tensors";
import type { Problem } from "../problems";
import { setSetting } from "../text/editSetting";
import { appendIn, type Path } from "../text/editText";
import { type Reading, settingFor } from "../text/settingFor";

export interface StrengthOptions {
  /** Opened checkpoints by key, as for planning. */
  readonly models: ReadonlyMap<string, Model>;
  readonly methods: readonly MethodFacts[];
  /** Key of the model that strength 0 gives. For methods with a base it is theirs; else the recipe's `base_model` unless given. */
  readonly base?: string | undefined;
}

/** A recipe, or the reasons why there is none. */
export type StrengthReport =
  | { readonly recipe: string; readonly problems: readonly [] }
  | { readonly recipe?: never; readonly problems: readonly [Problem, ...Problem[]] };

/** Totals are of no interest here. */
const PLAN_OPTIONS = { budgetBytes: 2 ** 30 };

/**
 * The same recipe with the merge of some tensors weakened: at strength 0 a tensor has the base's own values, at ½ it is half of the way
 * there, 1 changes nothing. The result is an ordinary mergekit recipe, comments and all; it was planned, and every tensor has
 * the parameters it should have.
 * @param strengthOf from 0 to 1, by output name of a tensor
 */
export function withStrengths(
  text: string,
  strengthOf: (tensor: string) => number,
  options: StrengthOptions,
): StrengthReport {
  const opened = open(text, options);
  if ("problems" in opened) return { problems: opened.problems };
  const { plan, context } = opened;
  const weaker = plan.tensors.filter(({ name, action }) => action === "merge" && strengthOf(name) !== 1);
  if (weaker.length === 0) return { recipe: text, problems: [] };
  const { method, recipe } = context;
  const { strength } = method;
  if (!strength) return { problems: [withoutStrength(context)] };

  const base = method.base === "none" ? (options.base ?? recipe.base?.key) : recipe.base?.key;
  const joined = strength.joining && withBase(text, base, strength.joining, context);
  if (joined !== undefined && joined !== text) return withStrengths(joined, strengthOf, options);

  const wanted = new Map<string, TensorParameters>();
  for (const tensor of plan.tensors) {
    const now = parametersOf(tensor, method.base === "none" ? base : undefined);
    const factor = tensor.action === "merge" ? strengthOf(tensor.name) : 1;
    const weakened = factor === 1 ? now : strength.weaken(now, factor);
    if (!weakened) return { problems: [withoutBase(context, tensor.name, base)] };
    wanted.set(tensor.name, weakened);
  }
  const written = write(text, opened, wanted);
  return written !== undefined && holds(written, wanted, options)
    ? { recipe: written, problems: [] }
    : { problems: [notExpressible(context)] };
}

interface Opened {
  readonly plan: MergePlan;
  readonly context: PlanContext;
}

function open(
  text: string,
  { models, methods }: StrengthOptions,
): Opened | { problems: readonly [Problem, ...Problem[]] } {
  const { plan, problems } = planMerge(text, models, methods, PLAN_OPTIONS);
  const [first, ...others] = problems.filter(({ severity }) => severity === "error");
  if (first) return { problems: [first, ...others] };
  const { recipe } = parseRecipe(text);
  const method = methods.find(({ id }) => id === plan?.method);
  const context = recipe && method && openContext(recipe, method, models, new ProblemBag());
  if (!plan || !context) throw new TypeError("A recipe without errors has a plan.");
  return { plan, context };
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
  if (base === undefined || !models.has(base) || recipe.models.length === 0) return text;
  if (recipe.models.some(({ model }) => model.key === base)) return text;
  const takesPart = recipe.base?.key === base && Object.keys(joining).every((name) => recipe.parameters.has(name));
  return appendIn(text, ["models"], takesPart ? { model: base } : { model: base, parameters: joining });
}

/** A place of the text that sets one parameter, and every tensor that reads it. */
interface Site {
  readonly path: Path;
  /** What decides now: the levels that are looked at, one after the other. */
  readonly settings: readonly (Setting | undefined)[];
  readonly readings: Reading[];
  changed: boolean;
}

/** Sets every parameter whose value is to be another for some tensor; `undefined` where a setting cannot say it. */
function write(text: string, { plan, context }: Opened, wanted: ReadonlyMap<string, TensorParameters>) {
  const sites = new Map<string, Site>();
  const planned = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  for (const module of expandRecipe(context.recipe, context.layout, new ProblemBag())) {
    for (const target of targetsOf(module)) {
      const name = atLayer(target.weight.name, target.layer?.output);
      const tensor = planned.get(name);
      const goal = wanted.get(name);
      if (tensor && goal) collect(sites, context, module.slices.indexOf(target.slice), target, tensor, goal);
    }
  }
  let written = text;
  for (const { path, settings, readings, changed } of sites.values()) {
    if (!changed) continue;
    const filters = settings.flatMap((setting) => setting?.items.flatMap(({ filter }) => filter ?? []) ?? []);
    const value = settingFor(filters, readings);
    if (value === undefined) return undefined;
    written = setSetting(written, path, value);
  }
  return written;
}

/** Notes what one tensor reads: parameters of the whole tensor, and those of each of its inputs. */
function collect(
  sites: Map<string, Site>,
  { method, recipe }: PlanContext,
  sliceIndex: number,
  target: Target,
  tensor: PlannedTensor,
  goal: TensorParameters,
): void {
  const { slice } = target;
  const sliced = recipe.slices.length > 0;
  const slicePath: Path = sliced ? ["slices", sliceIndex] : [];
  const above = (name: string) => [slice.parameters.get(name), recipe.parameters.get(name)];
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
      const path = [...slicePath, sliced ? "sources" : "models", slice.sources.indexOf(source), "parameters", name];
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

/** Whether the plan of a recipe gives every tensor the parameters it should have. */
function holds(text: string, wanted: ReadonlyMap<string, TensorParameters>, options: StrengthOptions): boolean {
  const { plan } = planMerge(text, options.models, options.methods, PLAN_OPTIONS);
  return (
    plan?.tensors.length === wanted.size &&
    plan.tensors.every((tensor) => {
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
  return {
    code: "recipe/no-strength",
    severity: "error",
    message:
      `${method.label} has no parameter that leads back to a base: a tensor of it is taken or not. ` +
      "Take the layers of the base in `slices:` instead, or use a method with a base, such as task_arithmetic.",
    facts: { method: method.id },
    span: recipe.method.span,
  };
}

function withoutBase({ method, recipe }: PlanContext, tensor: string, base: string | undefined): Problem {
  return {
    code: "recipe/strength-base",
    severity: "error",
    message:
      base === undefined
        ? `${method.label} has no base to go back to. Add \`base_model:\` to the recipe.`
        : `${tensor} cannot go back to the base: ${base} is not among its inputs. List it with a weight of 0 wherever models are listed.`,
    facts: { method: method.id, tensor, base: base ?? "" },
    span: recipe.base?.span ?? recipe.method.span,
    tensor,
  };
}

function notExpressible({ method, recipe }: PlanContext): Problem {
  return {
    code: "recipe/strength-not-expressible",
    severity: "error",
    message:
      "The weaker merge cannot be written into this recipe: its names or aliases do not tell the tensors apart. " +
      "Write parameters out where `*alias` stands for them, or choose groups of other layers.",
    facts: { method: method.id },
    span: recipe.method.span,
  };
}
