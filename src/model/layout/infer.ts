import type { TensorFacts } from "../../formats/tensor";
import { configNumber, VOCABULARY_KEYS } from "../config";
import type { ModelHeaders } from "../model";
import { countedStack, findBehind } from "./behindStack";
import { layersHeld } from "./layersHeld";
import { type Layout, layerName, type ModuleLayout, type Weight } from "./layout";

/**
 * A layout from headers alone, for architectures nobody described: the first number in a tensor's name is its layer, what
 * stands before it is the module. Every tensor of every checkpoint is in it, and none is required of all.
 *
 * The head (axis 0 is the vocabulary, and it is not the embedding) and the norms around it come after the layers.
 */
export function inferLayout(checkpoints: readonly ModelHeaders[]): Layout {
  const stacks = new Map<string, { layer: Map<string, Weight>; depths: Map<string, number> }>();
  const loose = new Map<string, { tensor: TensorFacts; vocabulary: number | undefined }>();
  const counted = new Map(checkpoints.map((checkpoint) => [checkpoint.key, countedStack(checkpoint)]));
  const behind = findBehind(checkpoints, ({ key }) => counted.get(key));
  const held = heldDepths(checkpoints);
  for (const checkpoint of checkpoints) {
    const vocabulary = vocabularyOf(checkpoint);
    for (const [name, tensor] of checkpoint.tensors) {
      if (behind.has(checkpoint.key, name)) continue;
      const inLayer = splitName(name);
      if (!inLayer || inLayer.layer >= (held.get(inLayer.root) ?? 0)) {
        if (!loose.has(name)) loose.set(name, { tensor, vocabulary });
        continue;
      }
      const stack = stacks.get(inLayer.root) ?? { layer: new Map<string, Weight>(), depths: new Map<string, number>() };
      stacks.set(inLayer.root, stack);
      const pattern = layerName(inLayer.root, inLayer.rest);
      if (!stack.layer.has(pattern)) stack.layer.set(pattern, optional(pattern));
      stack.depths.set(checkpoint.key, Math.max(stack.depths.get(checkpoint.key) ?? 0, inLayer.layer + 1));
    }
  }
  const around = sortLoose(loose);
  const modules = [...stacks].map(([root, { layer, depths }]): ModuleLayout => {
    const all = new Map(checkpoints.map(({ key }) => [key, depths.get(key) ?? 0]));
    return { name: root, pre: [], layer: [...layer.values()], post: [], ...behindOf(root), depths: all };
  });
  const [only] = modules;
  if (only && modules.length === 1) {
    const both = behind.weights.length > 0 ? { behind: behind.weights } : {};
    return { modules: [{ ...only, name: "default", ...around, ...both }], unnamed: [] };
  }
  const depths = new Map(checkpoints.map(({ key }) => [key, 0]));
  return {
    modules: [{ name: "default", ...around, layer: [], ...behindOf(undefined), depths }, ...modules],
    unnamed: [],
  };

  /** What lies beyond one stack, or in modules of their own. */
  function behindOf(root: string | undefined): Pick<ModuleLayout, "behind"> {
    const weights = behind.weights.filter(({ name, beyond }) =>
      root === undefined ? beyond === undefined : beyond !== undefined && name.startsWith(layerName(root, "")),
    );
    return weights.length > 0 ? { behind: weights } : {};
  }
}

/** How deep each root's stack is, over all models: names with numbers beyond that stand for themselves. */
function heldDepths(checkpoints: readonly ModelHeaders[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, Set<number>>();
  for (const { tensors } of checkpoints) {
    for (const name of tensors.keys()) {
      const inLayer = splitName(name);
      if (!inLayer) continue;
      const known = numbers.get(inLayer.root) ?? new Set<number>();
      numbers.set(inLayer.root, known.add(inLayer.layer));
    }
  }
  return new Map([...numbers].map(([root, known]) => [root, layersHeld(known)]));
}

function splitName(name: string): { root: string; layer: number; rest: string } | undefined {
  const match = /^(?:(.*?)\.)?(\d{1,9})(?:\.(.*))?$/.exec(name);
  // A number with a leading zero would be written back without it, as another name.
  if (!match || /^0\d/.test(match[2] ?? "")) return undefined;
  return { root: match[1] ?? "", layer: Number(match[2]), rest: match[3] ?? "" };
}

function vocabularyOf({ config }: ModelHeaders): number | undefined {
  return VOCABULARY_KEYS.map((key) => configNumber(config, key)).find((size) => size !== undefined);
}

function sortLoose(loose: ReadonlyMap<string, { tensor: TensorFacts; vocabulary: number | undefined }>) {
  const entries = [...loose].map(([name, { tensor, vocabulary }]) => ({
    name,
    rank: tensor.shape.length,
    vocabulary: tensor.shape.length === 2 && vocabulary !== undefined && tensor.shape[0] === vocabulary,
  }));
  const embedding = entries.find(({ name, vocabulary }) => vocabulary && !isHead(name))?.name;
  const pre: Weight[] = [];
  const post: Weight[] = [];
  for (const { name, rank, vocabulary } of entries) {
    const head = vocabulary && name !== embedding;
    const weight = {
      ...optional(name),
      embedding: vocabulary,
      tied: head && embedding !== undefined ? [embedding] : [],
    };
    const closing = head || isHead(name) || (rank === 1 && !/emb/i.test(name));
    (closing ? post : pre).push(weight);
  }
  return { pre, post };
}

/** Whether the last module of a name is called like a head. Looked for in that module alone, whatever stands before it. */
function isHead(name: string): boolean {
  const end = name.lastIndexOf(".");
  const module = name.slice(name.lastIndexOf(".", end - 1) + 1, Math.max(end, 0));
  return (
    /^\.(weight|bias)$/.test(name.slice(end)) && /(head|out|output|score|classifier)\w{0,64}$/.test(module.slice(-80))
  );
}

function optional(name: string): Weight {
  return { name, aliases: [], tied: [], presence: "optional", embedding: false };
}
