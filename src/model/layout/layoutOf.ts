import { type ArchitectureDefinition, depthKeyOf, type WeightDefinition } from "../architectures/define";
import { findArchitecture } from "../architectures/known";
import { architectureNames, configNumber } from "../config";
import type { ModelHeaders } from "../model";
import { findBehind } from "./behindStack";
import { inferLayout } from "./infer";
import { layersHeld } from "./layersHeld";
import { isBuffer, type Layout, layerName, type ModuleLayout, type Weight } from "./layout";

/**
 * The layout that these checkpoints share: by the definition of their architecture where it is known, else from their
 * headers. Every tensor that any of them has is in it.
 * @param architecture `architectures[0]` of their configs; `undefined` when they differ or it is not known
 */
export function layoutOf(checkpoints: readonly ModelHeaders[], architecture: string | undefined): Layout {
  const definition = architecture === undefined ? undefined : findArchitecture(architecture);
  return definition ? layoutByDefinition(checkpoints, definition) : inferLayout(checkpoints);
}

function layoutByDefinition(checkpoints: readonly ModelHeaders[], described: ArchitectureDefinition): Layout {
  const definition = described.text === undefined ? described : namedAs(described, checkpoints);
  const roots = [definition.root, ...(definition.rootAliases ?? [])];
  const pre = definition.pre.map(looseWeight);
  const post = definition.post.map(looseWeight);
  const depthKey = depthKeyOf(definition, checkpoints[0]?.config ?? {});
  const layer = definition.layer.map((weight) => layerWeight(weight, roots));
  const depths = new Map(
    checkpoints.map((checkpoint) => {
      const held = headerDepth(checkpoint, roots);
      return [
        checkpoint.key,
        Math.min(configNumber(checkpoint.config, depthKeyOf(definition, checkpoint.config)) ?? held, held),
      ];
    }),
  );
  const behind = findBehind(checkpoints, ({ key }) => ({ roots, depth: depths.get(key) ?? 0 }));
  const inStack = (key: string, tensor: string) => !behind.has(key, tensor);
  const rest = unnamedWeights(checkpoints, { ...definition, roots }, [...pre, ...post], layer, depths, inStack);
  const text = definition.text !== undefined;
  const module: ModuleLayout = {
    name: text ? "text_decoder" : "default",
    pre: [...pre, ...(text ? rest.loose.filter(({ name }) => !rest.beside.has(name)) : rest.loose)],
    layer: [...layer, ...rest.layer],
    post,
    ...(behind.weights.length > 0 ? { behind: behind.weights } : {}),
    depths,
    depthKey,
  };
  return { modules: [module, ...modulesBeside(checkpoints, rest.beside)], definition, unnamed: rest.names };
}

/** Towers and projectors beside a language model, each stack of layers a module, named as mergekit names them. */
function modulesBeside(checkpoints: readonly ModelHeaders[], names: ReadonlySet<string>): readonly ModuleLayout[] {
  if (names.size === 0) return [];
  const held = checkpoints.map((checkpoint) => ({
    ...checkpoint,
    tensors: new Map([...checkpoint.tensors].filter(([name]) => names.has(name))),
  }));
  const owners = new Set(held.flatMap(({ key, tensors }) => (tensors.size > 0 ? key : [])));
  const { modules } = inferLayout(held);
  const towers = modules.filter(({ layer }) => layer.some(isSeeing));
  const alone = towers.length > 1 ? undefined : towers[0];
  const rest = modules.find((module) => module !== alone && module.name === "default");
  const bare = { layer: [], depths: new Map(checkpoints.map(({ key }) => [key, 0])) };
  // Of one tower, with layers or without, what lies around its layers is told from the projector by its name; of several nothing tells it.
  const ofTower = (weight: Weight) => towers.length <= 1 && isSeeing(weight);
  const around = (whose: (weight: Weight) => boolean) => ({
    pre: modules.flatMap(({ pre }) => pre.filter(whose)),
    post: modules.flatMap(({ post }) => post.filter(whose)),
  });
  const named: readonly ModuleLayout[] = [
    { ...(rest ?? bare), name: "multi_modal_projector", ...around((weight) => !ofTower(weight)) },
    { ...(alone ?? bare), name: "vision_tower", ...around(ofTower) },
    ...modules.filter((module) => module !== alone && module !== rest),
  ];
  return named
    .filter(({ pre, layer, post }) => pre.length + layer.length + post.length > 0)
    .map((module) => ({ ...module, owners }));
}

function isSeeing({ name }: Weight): boolean {
  return VISION.test(name);
}

/** Parts of a vision tower by name; what joins it to the language model is none. */
const VISION = /^(?!.*(projector|merger|connector))(.*\.)?(vision|visual)/;

/**
 * A definition whose first names are those of the first checkpoint that has more than a language model: the output gets its config, and
 * versions of transformers differ in how they call what such a model holds.
 */
function namedAs(definition: ArchitectureDefinition, checkpoints: readonly ModelHeaders[]): ArchitectureDefinition {
  const roots = [definition.root, ...(definition.rootAliases ?? [])];
  const [first] = checkpoints.filter(({ config }) =>
    definition.architectures.includes(architectureNames(config)[0] ?? ""),
  );
  const tensors = first?.tensors ?? new Map<string, never>();
  const root = roots.find((name) => tensors.has(name) || [...tensors.keys()].some((key) => key.startsWith(`${name}.`)));
  const at = root === undefined ? 0 : roots.indexOf(root);
  const renamed = (weight: WeightDefinition): WeightDefinition => {
    const names = [weight.name, ...(weight.aliases ?? [])];
    const name = names.find((each) => tensors.has(each)) ?? names[Math.min(at, names.length - 1)] ?? weight.name;
    return { ...weight, name, aliases: names.filter((each) => each !== name) };
  };
  return {
    ...definition,
    root: roots[at] ?? definition.root,
    rootAliases: roots.filter((_, place) => place !== at),
    pre: definition.pre.map(renamed),
    post: definition.post.map(renamed),
  };
}

function looseWeight(weight: WeightDefinition): Weight {
  return {
    name: weight.name,
    aliases: weight.aliases ?? [],
    tied: weight.tied ?? [],
    presence: weight.optional ? "optional" : "required",
    embedding: weight.embedding ?? false,
  };
}

function layerWeight(weight: WeightDefinition, roots: readonly string[]): Weight {
  const names = [weight.name, ...(weight.aliases ?? [])].flatMap((name) => roots.map((root) => layerName(root, name)));
  const [name = weight.name, ...aliases] = names;
  return { ...looseWeight(weight), name, aliases };
}

/** A name inside one of the roots' layers, taken apart. `01` is no layer's number: written back as 1 it would be another name. */
function splitLayer(name: string, roots: readonly string[]): { layer: number; rest: string } | undefined {
  for (const root of roots) {
    if (!name.startsWith(`${root}.`)) continue;
    const match = /^(0|[1-9]\d*)\.(.+)$/.exec(name.slice(root.length + 1));
    if (match?.[1] !== undefined && match[2] !== undefined) return { layer: Number(match[1]), rest: match[2] };
  }
  return undefined;
}

function headerDepth(checkpoint: ModelHeaders, roots: readonly string[]): number {
  const numbers = new Set<number>();
  for (const name of checkpoint.tensors.keys()) {
    const layer = splitLayer(name, roots)?.layer;
    if (layer !== undefined) numbers.add(layer);
  }
  return layersHeld(numbers);
}

/** What the files hold beyond the definition: experts, buffers, and what the definition forgot. */
function unnamedWeights(
  checkpoints: readonly ModelHeaders[],
  definition: ArchitectureDefinition & { readonly roots: readonly string[] },
  loose: readonly Weight[],
  layer: readonly Weight[],
  depths: ReadonlyMap<string, number>,
  inStack: (key: string, tensor: string) => boolean,
): {
  loose: readonly Weight[];
  layer: readonly Weight[];
  names: readonly string[];
  beside: ReadonlySet<string>;
} {
  const named = new Set(loose.flatMap((weight) => [weight.name, ...weight.aliases, ...weight.tied]));
  const namedInLayers = new Set(layer.flatMap((weight) => [weight.name, ...weight.aliases]));
  const found = {
    loose: new Map<string, Weight>(),
    layer: new Map<string, Weight>(),
    names: new Set<string>(),
    beside: new Set<string>(),
  };
  for (const checkpoint of checkpoints) {
    const depth = depths.get(checkpoint.key) ?? 0;
    for (const name of checkpoint.tensors.keys()) {
      if (!inStack(checkpoint.key, name)) continue;
      const inLayer = splitLayer(name, definition.roots);
      const family = definition.families?.some((start) => inLayer?.rest.startsWith(start)) ?? false;
      if (inLayer && inLayer.layer < depth) {
        const known = definition.roots.some((root) => namedInLayers.has(layerName(root, inLayer.rest)));
        if (known) continue;
        const pattern = layerName(definition.root, inLayer.rest);
        const aliases = definition.roots.slice(1).map((root) => layerName(root, inLayer.rest));
        found.layer.set(pattern, extraWeight(pattern, aliases, family ? "together" : "optional"));
      } else {
        if (named.has(name)) continue;
        const beside = definition.text !== undefined;
        found.loose.set(name, extraWeight(name, [], "optional"));
        if (beside) found.beside.add(name);
        if (beside) continue; // a tower or a projector, which nobody need describe
      }
      if (!family && !isBuffer(name)) found.names.add(name);
    }
  }
  const { beside } = found;
  return { loose: [...found.loose.values()], layer: [...found.layer.values()], names: [...found.names], beside };
}

function extraWeight(name: string, aliases: readonly string[], presence: Weight["presence"]): Weight {
  return { name, aliases, tied: [], presence, embedding: false };
}
