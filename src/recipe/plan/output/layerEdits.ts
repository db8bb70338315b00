import { append } from "../../../base/lists";
import { isObject } from "../../../formats/json";
import type { JsonEdit } from "../../../model/jsonEdit";
import { layerPatterns } from "../../../model/layerPatterns";
import { type Kind, type LayerPattern, PatternConfig, sameKinds } from "../../../model/layerPatterns/define";
import { behindLayers, followLayers, layerLists, valueAt } from "../../../model/layerPatterns/lists";
import type { JsonObject } from "../../../model/model";
import type { ModelReference } from "../../parse/recipe";
import type { PlannedModule, PlannedSlice } from "../expand";
import type { PlanContext } from "../planContext";
import {
  reportLists,
  reportPattern,
  reportUnlikeKinds,
  reportUnlistable,
  reportUnwritable,
  type UnlikeKinds,
} from "./layerProblems";

/** The models' configs as far as they speak of layers. */
class LayerConfigs {
  constructor(
    readonly context: PlanContext,
    readonly module: PlannedModule,
    /** Path of the object that holds the number of layers. */
    readonly parent: readonly string[],
  ) {}

  /** The object that speaks of layers. A model of the text alone has it at the top. */
  holder({ key }: ModelReference): JsonObject {
    const config = this.context.models.get(key)?.config ?? {};
    const holder = valueAt(config, this.parent);
    return isObject(holder) ? holder : config;
  }

  depth({ key }: ModelReference): number {
    return this.module.layout.depths.get(key) ?? 0;
  }

  /** As rules read it; with another number of layers where one is given. */
  rules(model: ModelReference, depth = this.depth(model)): PatternConfig {
    return new PatternConfig(this.holder(model), this.context.models.get(model.key)?.config ?? {}, depth);
  }
}

/** A layer of the output: the model and the layer that say what it is, and the others that are merged into it. */
interface Origin {
  readonly model: ModelReference;
  readonly layer: number;
  readonly others: readonly { readonly model: ModelReference; readonly layer: number }[];
}

/**
 * Where a stack moves layers, what config.json says of them moves along: lists with an entry for each layer, lists of
 * numbers, and rules that go by the number. What cannot be written down is a problem that names the layers.
 * @param parent path of the object that holds the number of layers
 */
export function layerEdits(
  context: PlanContext,
  module: PlannedModule,
  parent: readonly string[],
): readonly JsonEdit[] {
  const configs = new LayerConfigs(context, module, parent);
  const origins = originsOf(module.slices);
  const donor = context.donor.reference;
  const edits: JsonEdit[] = [];
  const ruled = new Set<string>();
  for (const pattern of layerPatterns) {
    const kinds = kindsOf(pattern, configs, origins);
    if (!kinds) continue;
    for (const key of pattern.lists) if (configs.rules(donor).has(key)) ruled.add(key);
    reportUnlikeKinds(context, pattern, kinds.unlike);
    append(edits, patternEdits(pattern, configs, kinds.wanted));
  }
  return [...edits, ...listEdits(configs, origins, ruled)].map(({ path, value }) => ({
    path: [...parent, ...path],
    value,
  }));
}

/** Whole models that are merged layer by layer must mean the same by each of them; the output's config is the donor's. */
export function checkLayerKinds(context: PlanContext, module: PlannedModule, parent: readonly string[]): void {
  const configs = new LayerConfigs(context, module, parent);
  const donor = context.donor.reference;
  const [slice] = module.slices;
  if (!slice || configs.depth(donor) !== slice.layers) return;
  const others = slice.sources.map(({ model }) => model).filter(({ identity }) => identity !== donor.identity);
  const origins = Array.from(
    { length: slice.layers },
    (_, layer): Origin => ({
      model: donor,
      layer,
      others: others.map((model) => ({ model, layer })),
    }),
  );
  for (const pattern of layerPatterns) {
    reportUnlikeKinds(context, pattern, kindsOf(pattern, configs, origins)?.unlike ?? []);
  }
}

/** The base says what a layer is, where it is one of the sources; else the first of them. */
function originsOf(slices: readonly PlannedSlice[]): readonly Origin[] {
  return slices.flatMap(({ sources, layers, base }) => {
    const first = sources.find(({ model }) => model.identity === base?.identity) ?? sources[0];
    if (!first) return [];
    return Array.from(
      { length: layers },
      (_, index): Origin => ({
        model: first.model,
        layer: first.start + index,
        others: sources
          .filter((source) => source !== first)
          .map(({ model, start }) => ({ model, layer: start + index })),
      }),
    );
  });
}

/** What each layer of the output must be, where some model has such a rule. */
function kindsOf(
  pattern: LayerPattern,
  configs: LayerConfigs,
  origins: readonly Origin[],
): { readonly wanted: readonly Kind[]; readonly unlike: readonly UnlikeKinds[] } | undefined {
  const known = new Map<string, readonly Kind[] | undefined>();
  const kindAt = (model: ModelReference, layer: number): Kind => {
    if (!known.has(model.key)) known.set(model.key, pattern.kinds(configs.rules(model)));
    return known.get(model.key)?.[layer] ?? pattern.plain;
  };
  const donor = configs.context.donor.reference;
  kindAt(donor, 0);
  const wanted = origins.map(({ model, layer }) => kindAt(model, layer));
  const unlike = origins.flatMap(({ model, others }, output) =>
    others.flatMap(({ model: other, layer }) => {
      const [kind, otherKind] = [wanted[output] ?? pattern.plain, kindAt(other, layer)];
      return kind === otherKind ? [] : [{ output, kind, model, other, otherKind }];
    }),
  );
  return [...known.values()].some((kinds) => kinds !== undefined) ? { wanted, unlike } : undefined;
}

function patternEdits(pattern: LayerPattern, configs: LayerConfigs, wanted: readonly Kind[]): readonly JsonEdit[] {
  const { context } = configs;
  const donor = context.donor.reference;
  const depth = configs.depth(donor);
  const before = configs.rules(donor);
  const after = configs.rules(donor, wanted.length);
  // A list as long as the donor has layers says nothing of an output with more of them.
  const without = pattern.kinds(after) ?? (pattern.kinds(before) ? undefined : wanted.map(() => pattern.plain));
  if (without && sameKinds(without, wanted)) return [];
  const changed = wanted.flatMap((kind, layer) =>
    kind === without?.[layer] ? [] : { layer, kind, other: without?.[layer] },
  );
  const values = pattern.write?.(wanted, after);
  if (!values) {
    reportUnwritable(context, pattern, changed);
    return [];
  }
  const edits = Object.entries(values).flatMap(([key, value]): JsonEdit[] => {
    const old = after.value(key);
    const extended =
      Array.isArray(value) && Array.isArray(old) ? [...value, ...behindEntries(old, depth, configs)] : value;
    return JSON.stringify(old) === JSON.stringify(extended) ? [] : [{ path: [key], value: extended }];
  });
  reportPattern(
    context,
    edits.map(({ path: [key = ""] }) => ({ key, made: !after.has(key) })),
    wanted.length,
    changed.map(({ layer }) => layer),
  );
  return edits;
}

/** Entries of a list per layer that belong to modules behind the stack. */
function behindEntries(list: readonly unknown[], depth: number, configs: LayerConfigs): readonly unknown[] {
  return list.length === depth + behindOf(configs) ? list.slice(depth) : [];
}

function listEdits(configs: LayerConfigs, origins: readonly Origin[], ruled: ReadonlySet<string>): readonly JsonEdit[] {
  const { context } = configs;
  const donor = context.donor.reference;
  const [holder, depth] = [configs.holder(donor), configs.depth(donor)];
  const behind = behindOf(configs);
  const own = origins.map(({ model, layer }) => ({ config: configs.holder(model), layer }));
  const written: string[] = [];
  const edits = layerLists(holder, depth, behind).flatMap((list): JsonEdit[] => {
    const key = list.path.join(".");
    if (ruled.has(key)) return [];
    const value = followLayers(list, own);
    if (value === undefined) {
      reportUnlistable(
        context,
        key,
        origins.find(({ model }) => valueAt(configs.holder(model), list.path) === undefined)?.model,
      );
      return [];
    }
    const old = valueAt(holder, list.path);
    const tail = behindLayers(list.kind === "entries" || list.kind === "letters" ? old : [], depth);
    const full = typeof value === "string" ? `${value}${tail}` : Array.isArray(value) ? [...value, ...tail] : value;
    if (JSON.stringify(old) === JSON.stringify(full)) return [];
    written.push([...configs.parent, ...list.path].join("."));
    return [{ path: list.path, value: full }];
  });
  reportLists(context, written, origins.length);
  return edits;
}

/** Layers that the donor has beyond its stack. */
function behindOf({ module, context }: LayerConfigs): number {
  const { key } = context.donor.reference;
  const beyond = (module.layout.behind ?? []).flatMap(({ beyond: at, owners }) =>
    at !== undefined && owners.has(key) ? at + 1 : [],
  );
  return beyond.reduce((most, count) => Math.max(most, count), 0);
}
