import { architectureNames } from "../config";
import type { ModelHeaders } from "../model";
import { nameBehind } from "./behindStack";
import { atLayer, type ModuleLayout, type Weight } from "./layout";
import { layoutOf } from "./layoutOf";

/** A stretch of a model, from the embedding up. */
export interface LayerGroup {
  /** `embedding`, `layers 0–3`, `layer 4`, `head`: the same for the same model and group size. */
  readonly id: string;
  readonly kind: "embedding" | "layers" | "head";
  /** Layers [from, to); both 0 for the embedding, both the depth for the head. */
  readonly from: number;
  readonly to: number;
}

/** Which part of a model each of its tensors belongs to. */
export interface ModelLayers {
  readonly depth: number;
  /** From the embedding up; a group without a single tensor is left out. */
  readonly groups: readonly LayerGroup[];
  /** The layer of a tensor; absent outside of layers. */
  layerOf(tensor: string): number | undefined;
  /** The group of a tensor: what is in no layer and not after them belongs to the embedding. */
  groupOf(tensor: string): LayerGroup;
}

/**
 * Divides a model into its embedding (with everything before the layers), groups of layers, and its head (final norm and output
 * matrix). A head that is the embedding belongs to it, also where the file stores it a second time.
 *
 * Of several stacks of layers (a vision tower beside a language model) the deepest counts; the others belong to the embedding.
 * @param groupLayers layers per group, at least 1; the last group may have fewer
 */
export function layerGroups(model: Pick<ModelHeaders, "config" | "tensors">, groupLayers: number): ModelLayers {
  if (!Number.isInteger(groupLayers) || groupLayers < 1) {
    throw new RangeError(`A group has 1 layer or more, not ${groupLayers}.`);
  }
  const [architecture] = architectureNames(model.config);
  const headers = { key: "", config: model.config, tensors: model.tensors };
  const { modules, definition } = layoutOf([headers], architecture);
  const depthOf = ({ depths }: ModuleLayout) => depths.get("") ?? 0;
  const stack = modules
    .filter(({ owners }) => !owners)
    .reduce<ModuleLayout | undefined>(
      (deepest, module) => (deepest && depthOf(deepest) >= depthOf(module) ? deepest : module),
      undefined,
    );
  const depth = stack ? depthOf(stack) : 0;
  const layers = new Map<string, number>();
  for (const { name, aliases } of stack?.layer ?? []) {
    for (let layer = 0; layer < depth; layer++) {
      for (const pattern of [name, ...aliases]) layers.set(atLayer(pattern, layer), layer);
    }
  }
  const stated = model.config.tie_word_embeddings;
  const tied = typeof stated === "boolean" ? stated : (definition?.tiedByDefault ?? false);
  const closing = new Set(modules.flatMap(({ post }) => post.filter((weight) => !isTied(weight, tied)).flatMap(names)));
  for (const module of modules) {
    for (const weight of module.behind ?? []) closing.add(nameBehind(weight, depthOf(module)));
  }

  const embedding: LayerGroup = { id: "embedding", kind: "embedding", from: 0, to: 0 };
  const head: LayerGroup = { id: "head", kind: "head", from: depth, to: depth };
  const between = Array.from({ length: Math.ceil(depth / groupLayers) }, (_, i) =>
    groupOfLayers(i * groupLayers, Math.min(depth, (i + 1) * groupLayers)),
  );
  const groupOf = (tensor: string): LayerGroup => {
    const layer = layers.get(tensor);
    const group = layer === undefined ? undefined : between[Math.floor(layer / groupLayers)];
    return group ?? (closing.has(tensor) ? head : embedding);
  };
  const used = new Set([...model.tensors.keys()].map(groupOf));
  return {
    depth,
    groups: [embedding, ...between, head].filter((group) => used.has(group)),
    layerOf: (tensor) => layers.get(tensor),
    groupOf,
  };
}

function groupOfLayers(from: number, to: number): LayerGroup {
  return { id: to - from === 1 ? `layer ${from}` : `layers ${from}–${to - 1}`, kind: "layers", from, to };
}

function isTied(weight: Weight, tied: boolean): boolean {
  return tied && weight.tied.length > 0;
}

function names({ name, aliases }: Weight): readonly string[] {
  return [name, ...aliases];
}
