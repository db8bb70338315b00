import type { Layout, ModuleLayout } from "../../model/layout/layout";
import type { ModelReference, Recipe, Settings } from "../parse/recipe";
import type { TextSpan } from "../problems/problem";
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
  readonly span: TextSpan;
}

/** A module and the slices it is written from: the canonical form of `models` and `slices`. */
export interface PlannedModule {
  readonly layout: ModuleLayout;
  readonly slices: readonly PlannedSlice[];
}

/** Brings a recipe into canonical form; what cannot be planned goes into `bag`. */
export function expandRecipe(recipe: Recipe, layout: Layout, bag: ProblemBag): readonly PlannedModule[] {
  const { modules } = layout;
  if (recipe.models.length > 0)
    return modules.map((module) => ({ layout: module, slices: [wholeModels(recipe, module, bag)] }));
  const [only] = modules;
  if (!only || modules.length > 1) {
    bag.add({
      code: "plan/multiple-modules",
      severity: "error",
      span: recipe.slices[0]?.span,
      facts: { modules: modules.length, names: modules.map(({ name }) => name).join(", ") },
    });
    return [];
  }
  const slices = recipe.slices.map((slice) => layerSlice(recipe, slice, only, bag));
  reportSurplus(slices, bag);
  return [{ layout: only, slices }];
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
function wholeModels(recipe: Recipe, module: ModuleLayout, bag: ProblemBag): PlannedSlice {
  const { base, models } = recipe;
  const listed = models.map(({ model, parameters, span }) => ({ model, parameters, span, start: 0, added: false }));
  const unlisted = base && !models.some(({ model }) => model.identity === base.identity);
  const sources: readonly PlannedSource[] = unlisted
    ? [...listed, { model: base, parameters: new Map(), span: base.span, start: 0, added: true }]
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
  const span = models[0]?.span ?? recipe.method.span;
  return { sources, layers, ...(base ? { base } : {}), parameters: new Map(), span };
}

function layerSlice(
  recipe: Recipe,
  slice: Recipe["slices"][number],
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
