import { configNumber } from "../config";
import type { ConfigFacts } from "../forward/configFacts";
import type { NormPlace, Role } from "../forward/spec";
import type { DecoderTraits } from "../forward/traits";
import type { JsonObject } from "../model";

/** One weight of an architecture. Names in `layer` lists are relative to `<root>.<layer>.`. */
export interface WeightDefinition {
  readonly name: string;
  readonly role?: Role;
  /** Some checkpoints of this architecture lack it (biases, a head that is tied). */
  readonly optional?: boolean;
  /** Other names found on disk; the output uses `name`. */
  readonly aliases?: readonly string[];
  /** Weights that stand in when a model has none of its own: the embedding for a tied head. */
  readonly tied?: readonly string[];
  /** Axis 0 is the vocabulary. */
  readonly embedding?: boolean;
}

/** An architecture as data: where its tensors are and which of them a checkpoint may lack. */
export interface ArchitectureDefinition {
  /** Strings of `architectures` in config.json. */
  readonly architectures: readonly string[];
  /** Dotted path in config.json to the number of layers. */
  readonly depthKey: string;
  /** Other paths that some versions use. */
  readonly depthKeys?: readonly string[];
  /** Where config.json keeps the language model of a model with more parts; what lies beside its layers is no text then. */
  readonly text?: string;
  /** Architectures of the language models that such a model may have: one of those can be merged into it. */
  readonly languages?: readonly string[];
  /** Layers are `<root>.<n>.…`. */
  readonly root: string;
  /** Other roots found on disk, for checkpoints saved without the outer module. */
  readonly rootAliases?: readonly string[];
  readonly pre: readonly WeightDefinition[];
  readonly layer: readonly WeightDefinition[];
  readonly post: readonly WeightDefinition[];
  /** Beginnings of relative names whose number the config decides (experts). Every input must have the same ones. */
  readonly families?: readonly string[];
  /** Names, `.weight` left out, of weights that only some layers have and `families` covers: the dense MLP of a mixture. */
  readonly roles?: Partial<Record<Role, string>>;
  /** What transformers assumes when config.json does not say `tie_word_embeddings`. */
  readonly tiedByDefault: boolean;
  /**
   * The forward pass that a config describes; absent where none is written: such a model is merged, and not measured.
   * @throws {AwaseError} `lm/config`, `lm/unsupported`
   */
  readonly forward?: (config: ConfigFacts) => DecoderTraits;
}

type Bias = "none" | "optional" | "required";

/** `name.weight`, and `name.bias` where asked for. */
export function linear(name: string, role?: Role, bias: Bias = "none"): readonly WeightDefinition[] {
  const weight: WeightDefinition = { name: `${name}.weight`, ...(role ? { role } : {}) };
  if (bias === "none") return [weight];
  return [weight, { name: `${name}.bias`, ...(bias === "optional" ? { optional: true } : {}) }];
}

/** Norms by place. */
export function norms(names: Partial<Record<NormPlace, string>>, bias?: Bias): readonly WeightDefinition[] {
  return (Object.entries(names) as [NormPlace, string][]).flatMap(([place, name]) => linear(name, place, bias));
}

/** One norm before the attention and one before the MLP, by the names most decoders use. */
export const BLOCK_NORMS = { beforeAttention: "input_layernorm", beforeMlp: "post_attention_layernorm" } as const;

/** Norms of queries and keys. */
export function headNorms(optional = false): readonly WeightDefinition[] {
  return (["query", "key"] as const).map((whose) => ({
    name: `self_attn.${whose.charAt(0)}_norm.weight`,
    role: `${whose}Norm`,
    ...(optional ? { optional } : {}),
  }));
}

/** `self_attn` with q, k, v and o projections. */
export function attention(bias: { readonly qkv?: Bias; readonly o?: Bias } = {}): readonly WeightDefinition[] {
  return [
    ...(["q", "k", "v"] as const).flatMap((role) => linear(`self_attn.${role}_proj`, role, bias.qkv)),
    ...linear("self_attn.o_proj", "o", bias.o),
  ];
}

/** `mlp` with gate, up and down projections. */
export function gatedMlp(bias?: Bias): readonly WeightDefinition[] {
  return (["gate", "up", "down"] as const).flatMap((role) => linear(`mlp.${role}_proj`, role, bias));
}

const EMBEDDING = "model.embed_tokens.weight";

/** The layout most decoders share: `model.embed_tokens`, `model.layers.N`, `model.norm`, and an `lm_head` that may be tied. */
export function decoder<
  Facts extends Pick<ArchitectureDefinition, "architectures" | "layer"> &
    Partial<Pick<ArchitectureDefinition, "families" | "roles" | "tiedByDefault" | "post" | "forward">>,
>(facts: Facts): ArchitectureDefinition & Pick<Facts, "forward"> {
  return {
    depthKey: "num_hidden_layers",
    root: "model.layers",
    pre: [{ name: EMBEDDING, role: "embedding", embedding: true }],
    tiedByDefault: false,
    ...facts,
    post: [
      ...(facts.post ?? linear("model.norm", "norm")),
      { name: "lm_head.weight", role: "head", optional: true, tied: [EMBEDDING], embedding: true },
    ],
  };
}

/** Where this config has the number of layers: the usual path, or the other one that it has a number at. */
export function depthKeyOf(
  { depthKey, depthKeys = [] }: Pick<ArchitectureDefinition, "depthKey" | "depthKeys">,
  config: JsonObject,
): string {
  return [depthKey, ...depthKeys].find((key) => configNumber(config, key) !== undefined) ?? depthKey;
}
