import type { ArchitectureDefinition } from "../architectures/define";
import type { ConfigFacts } from "./configFacts";
import { ropeOf } from "./rope";
import type {
  AttentionSpec,
  HeadNormSpec,
  LayerSpec,
  LinearSpec,
  MlpSpec,
  ModelSpec,
  NormPlace,
  ProjectionSpec,
  Role,
} from "./spec";
import { type AttentionSizes, activationOf, attentionSizes, type DecoderTraits } from "./traits";

/** A weight's name in its layer, `.weight` left out, by what it does there. */
type NameOf = (role: Role) => string | undefined;

const PLACES: readonly NormPlace[] = ["beforeAttention", "afterAttention", "beforeMlp", "afterMlp"];

/**
 * The forward pass of an architecture under a config: its traits, with the names that its layout has for each role.
 * @throws {AwaseError} `lm/config`, `lm/unsupported` for what the config says
 */
export function decoderSpec(
  definition: ArchitectureDefinition,
  traits: DecoderTraits,
  config: ConfigFacts,
): Omit<ModelSpec, "architecture"> {
  const inLayer = namesByRole(definition.layer, { ...definition.roles, ...traits.names });
  const around = namesByRole([...definition.pre, ...definition.post]);
  const sizes = traits.sizes ?? attentionSizes(config, traits.headDim);
  const linear = (role: Role, inputs: number, outputs: number): LinearSpec => ({
    name: required(inLayer, role),
    inputs,
    outputs,
    layout: traits.matrices ?? "rows",
  });
  const attention = plainAttention(inLayer, traits, sizes, linear, config);
  const norms = layerNorms(inLayer, traits);
  let made: MlpSpec | undefined;
  const dense = () => {
    made ??= denseMlp(inLayer, traits, sizes.hidden, linear, config);
    return made;
  };
  return {
    hidden: sizes.hidden,
    embedding: {
      table: `${required(around, "embedding")}.weight`,
      positions: around("positions") && `${around("positions")}.weight`,
      scale: traits.embeddingScale ?? 1,
    },
    layers: Array.from({ length: config.count(depthKeyIn(definition, config)) }, (_, layer) => ({
      attention: { ...attention, ...traits.attention?.(layer, sizes) },
      mlp: traits.experts?.(layer) ?? dense(),
      order: traits.order ?? "sequential",
      norms,
      residualScale: traits.residualScale ?? 1,
    })),
    norm: traits.norm(required(around, "norm")),
    head: {
      table: `${required(around, "head")}.weight`,
      bias: biasOf(definition, required(around, "head")),
      tied: config.flag("tie_word_embeddings", definition.tiedByDefault),
      scale: traits.logitScale ?? 1,
      softCap: traits.logitSoftCap,
    },
  };
}

/** The key of the number of layers, in the part of the config that describes the language model. */
function depthKeyIn({ depthKey, depthKeys = [], text }: ArchitectureDefinition, config: ConfigFacts): string {
  const keys = [depthKey, ...depthKeys].map((key) => (text === undefined ? key : key.replace(`${text}.`, "")));
  return keys.find((key) => config.has(key)) ?? keys[0] ?? depthKey;
}

function namesByRole(weights: ArchitectureDefinition["layer"], more: ArchitectureDefinition["roles"] = {}): NameOf {
  const names = new Map<Role, string>(Object.entries(more) as [Role, string][]);
  for (const { name, role } of weights) if (role) names.set(role, name.replace(/\.weight$/, ""));
  return (role) => names.get(role);
}

/** The name of a weight's bias, where the layout has one. */
function biasOf({ post }: ArchitectureDefinition, name: string): string | undefined {
  const bias = `${name}.bias`;
  return post.some((weight) => weight.name === bias) ? bias : undefined;
}

function required(nameOf: NameOf, role: Role): string {
  const name = nameOf(role);
  if (name === undefined) throw new TypeError(`The layout has no weight for the role ${role}.`);
  return name;
}

type Linear = (role: Role, inputs: number, outputs: number) => LinearSpec;

function plainAttention(
  nameOf: NameOf,
  traits: DecoderTraits,
  { hidden, heads, kvHeads, headDim }: AttentionSizes,
  linear: Linear,
  config: ConfigFacts,
): AttentionSpec {
  const projections: ProjectionSpec = nameOf("qkv")
    ? { kind: traits.fused ?? "stacked", qkv: linear("qkv", hidden, (heads + 2 * kvHeads) * headDim) }
    : {
        kind: "separate",
        q: linear("q", hidden, heads * headDim),
        k: linear("k", hidden, kvHeads * headDim),
        v: linear("v", hidden, kvHeads * headDim),
      };
  const headNorm = (whose: "query" | "key", count: number): HeadNormSpec | undefined => {
    const { headNorms } = traits;
    if (!headNorms) return undefined;
    const { stored, over, perHead } = headNorms;
    const name = stored
      ? Array.from({ length: count }, (_, head) => stored(whose, head))
      : required(nameOf, `${whose}Norm`);
    return { norm: traits.norm(name), over, perHead };
  };
  return {
    heads,
    kvHeads,
    headDim,
    projections,
    output: linear("o", heads * headDim, hidden),
    queryNorm: headNorm("query", heads),
    keyNorm: headNorm("key", kvHeads),
    rope: ropeOf(config, { headDim }),
    scale: headDim ** -0.5,
    softCap: undefined,
    window: undefined,
  };
}

function denseMlp(nameOf: NameOf, traits: DecoderTraits, hidden: number, linear: Linear, config: ConfigFacts): MlpSpec {
  const width = traits.width ?? config.count("intermediate_size");
  const activation = traits.activation ?? activationOf(config);
  const down = linear("down", width, hidden);
  if (nameOf("gateUp")) return { kind: "fused-gated", gateUp: linear("gateUp", hidden, 2 * width), down, activation };
  const up = linear("up", hidden, width);
  if (nameOf("gate")) return { kind: "gated", gate: linear("gate", hidden, width), up, down, activation };
  return { kind: "plain", up, down, activation };
}

/** Norms by place; one that stands in two places is one object in both. */
function layerNorms(nameOf: NameOf, { norm, norms = {} }: DecoderTraits): LayerSpec["norms"] {
  const made = new Map<string, ReturnType<typeof norm>>();
  const at = (place: NormPlace) => {
    const name = nameOf(norms[place] ?? place);
    if (name === undefined) return undefined;
    const known = made.get(name) ?? norm(name);
    made.set(name, known);
    return known;
  };
  const [beforeAttention, afterAttention, beforeMlp, afterMlp] = PLACES.map(at);
  return { beforeAttention, afterAttention, beforeMlp, afterMlp };
}
