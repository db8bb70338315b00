import type { Layout, ModuleLayout } from "../../model/layout/layout";
import type { ModelReference, Recipe, RecipePart, Settings, SliceItem } from "../parse/recipe";
import { nameText } from "../parse/references";
import { changeTo } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import type { Path } from "../text/edit/editText";
import { nearest } from "../text/nearest";
import type { ProblemBag } from "./problemBag";

/** Layers of a model, beginning at `start`, for one slice. */
export interface PlannedSource {
  readonly model: ModelReference;
  readonly start: number;
  readonly parameters: Settings;
  readonly span: TextSpan;
  /** The base, added although the recipe does not list it. */
  readonly added: boolean;
}

/** Layers written one after the other, each made from the same layer of every source. */
export interface PlannedSlice {
  readonly sources: readonly PlannedSource[];
  readonly layers: number;
  readonly base?: ModelReference;
  readonly parameters: Settings;
  /** Of the module that the slice is of; none where the recipe has no `modules`. */
  readonly moduleParameters: Settings;
  readonly span: TextSpan;
}

/** A module and the slices it is written from: the canonical form of `models`, `slices` and `modules`. */
export interface PlannedModule {
  readonly layout: ModuleLayout;
  readonly slices: readonly PlannedSlice[];
  /** Layers are taken from models one by one: their number is the recipe's, not the models'. */
  readonly stacked: boolean;
  /** Where in the recipe its `models` or `slices` stand. */
  readonly path: Path;
}

const NO_SETTINGS: Settings = new Map();

/** Brings a recipe into canonical form; what cannot be planned goes into `bag`. */
export function expandRecipe(recipe: Recipe, layout: Layout, bag: ProblemBag): readonly PlannedModule[] {
  const { modules } = layout;
  if (recipe.modules.length > 0) return namedModules(recipe, layout, bag);
  if (recipe.models.length > 0) {
    return modules
      .filter(isEveryones)
      .map((module) => expandModule(recipe, { ...recipe, parameters: NO_SETTINGS }, module, [], bag));
  }
  // Slices are layers of the language model; what lies beside it is carried.
  const [only, ...others] = modules.filter(({ owners }) => !owners);
  if (!only || others.length > 0) {
    bag.add({
      code: "plan/multiple-modules",
      severity: "error",
      span: recipe.slices[0]?.span,
      facts: { modules: modules.length, names: modules.map(({ name }) => name).join(", ") },
    });
    return [];
  }
  return [expandModule(recipe, { ...recipe, parameters: NO_SETTINGS }, only, [], bag)];
}

/** Not a tower that some of the models lack, as a language model does that is merged into one that sees. */
function isEveryones({ owners, depths }: ModuleLayout): boolean {
  return !owners || owners.size === depths.size;
}

/** The modules that the recipe names, in its order. */
function namedModules(recipe: Recipe, { modules }: Layout, bag: ProblemBag): readonly PlannedModule[] {
  const names = modules.map(({ name }) => name);
  return recipe.modules.flatMap((item) => {
    const module = modules.find(({ name }) => name === item.name);
    if (module) return [expandModule(recipe, item, module, ["modules", item.name], bag)];
    const meant = names.length === 1 ? names[0] : nearest(item.name, names);
    bag.add({
      code: "plan/unknown-module",
      severity: "error",
      span: item.span,
      facts: { module: item.name, names: names.join(", ") },
      fix: meant === undefined || recipe.modules.length > 1 ? undefined : changeTo(meant, item.span, nameText(meant)),
    });
    return [];
  });
}

function expandModule(
  recipe: Recipe,
  part: RecipePart,
  module: ModuleLayout,
  path: Path,
  bag: ProblemBag,
): PlannedModule {
  if (part.slices.length === 0) {
    return { layout: module, slices: [wholeModels(recipe, part, module, bag)], stacked: false, path };
  }
  const slices = part.slices.map((slice) => layerSlice(recipe, slice, part.parameters, module, bag));
  reportSurplus(slices, bag);
  return { layout: module, slices, stacked: true, path };
}

/** mergekit takes as many sources for the weights after the layers as the first slice has, and drops the others. */
function reportSurplus(slices: readonly PlannedSlice[], bag: ProblemBag): void {
  const [first, last] = [slices[0], slices.at(-1)];
  if (!first || !last || last.sources.length <= first.sources.length) return;
  const facts = { found: last.sources.length, expected: first.sources.length };
  bag.add({
    code: "plan/surplus-sources",
    severity: "note",
    span: last.span,
    facts,
  });
}

/** `models`: one slice over all layers. A base that is not listed is added last, without parameters. */
function wholeModels(
  { base, method }: Recipe,
  { models, parameters: moduleParameters }: RecipePart,
  module: ModuleLayout,
  bag: ProblemBag,
): PlannedSlice {
  const listed = models.map(({ model, parameters, span }) => ({ model, parameters, span, start: 0, added: false }));
  const unlisted = base && !models.some(({ model }) => model.identity === base.identity);
  const sources: readonly PlannedSource[] = unlisted
    ? [...listed, { model: base, parameters: NO_SETTINGS, span: base.span, start: 0, added: true }]
    : listed;
  // A model without any layer of an inferred module simply lacks that module.
  const deep = sources.filter(({ model }) => depthOf(module, model) > 0);
  const [first] = deep;
  const layers = first ? depthOf(module, first.model) : 0;
  for (const source of deep) {
    const depth = depthOf(module, source.model);
    if (depth === layers) continue;
    const facts = { model: source.model.key, found: depth, expected: layers, other: first?.model.key ?? "" };
    bag.add({
      code: "plan/layer-counts",
      severity: "error",
      span: source.model.span,
      group: facts.model,
      facts,
    });
  }
  const span = models[0]?.span ?? method.span;
  return { sources, layers, ...(base ? { base } : {}), parameters: NO_SETTINGS, moduleParameters, span };
}

function layerSlice(
  recipe: Recipe,
  slice: SliceItem,
  moduleParameters: Settings,
  module: ModuleLayout,
  bag: ProblemBag,
): PlannedSlice {
  const lengths = slice.sources.map(({ layerRange: { value } }) => value[1] - value[0]);
  const first = lengths[0] ?? 0;
  let isHeld = true;
  for (const source of slice.sources) {
    const { value, span } = source.layerRange;
    const [start, end] = value;
    const depth = depthOf(module, source.model);
    const facts = { model: source.model.key, start, end, layers: depth, found: end - start, expected: first };
    if (start < 0 || (end > start && end > depth)) {
      isHeld = false;
      bag.add({
        code: "plan/layer-range",
        severity: "error",
        span,
        facts,
      });
    } else if (end < start) {
      bag.add({
        code: "plan/reversed-range",
        severity: "warning",
        span,
        facts,
      });
    }
    if (end - start !== first) {
      bag.add({
        code: "plan/slice-lengths",
        severity: "error",
        span,
        facts,
      });
    }
  }
  const base = slice.base ?? recipe.base;
  return {
    sources: slice.sources.map(({ model, parameters, span, layerRange }) => ({
      model,
      parameters,
      span,
      start: layerRange.value[0],
      added: false,
    })),
    layers: isHeld ? Math.max(0, first) : 0, // nothing is made of layers that are not there
    ...(base ? { base } : {}),
    parameters: slice.parameters,
    moduleParameters,
    span: slice.span,
  };
}

function depthOf(module: ModuleLayout, { key }: ModelReference): number {
  return module.depths.get(key) ?? 0;
}

/** Each model once: where a slice names one twice, its place is the first and its layers are the last. */
export function distinctSources(slice: PlannedSlice): readonly { source: PlannedSource; start: number }[] {
  const distinct = new Map<string, { source: PlannedSource; start: number }>();
  for (const source of slice.sources) {
    const { identity } = source.model;
    distinct.set(identity, { source: distinct.get(identity)?.source ?? source, start: source.start });
  }
  return [...distinct.values()];
}
