import type { ConfigFacts } from "./configFacts";
import type {
  Activation,
  AttentionSpec,
  ExpertsSpec,
  HeadNormSpec,
  LayerSpec,
  NormPlace,
  NormSpec,
  Role,
} from "./spec";

export interface AttentionSizes {
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

export type MakeNorm = (name: NormSpec["name"]) => NormSpec;

/** How the norms of queries and keys are made, where there are any. */
export interface HeadNormTraits extends Pick<HeadNormSpec, "over" | "perHead"> {
  /** Names of the weights of each head, where they are stored one by one; else the layout's own name. */
  readonly stored?: (whose: "query" | "key", head: number) => string;
}

/** What a config makes of an architecture. Names come from the layout, by role; the rest is what most decoders share. */
export interface DecoderTraits {
  readonly norm: MakeNorm;
  /** A place that takes the norm of another place: a parallel layer has one norm for both halves. */
  readonly norms?: Partial<Record<NormPlace, NormPlace>>;
  /** Names, `.weight` left out, of weights that the config chooses among those of the layout's families. */
  readonly names?: Partial<Record<Role, string>>;
  readonly order?: LayerSpec["order"];
  readonly residualScale?: number;
  /** Where the config has keys of its own; `hidden_size` and its like are read unless given. */
  readonly sizes?: AttentionSizes;
  /** Width of a head where the config says nothing; hidden / heads unless given. */
  readonly headDim?: number;
  /** What differs in the attention of a layer; by default all keys are seen, and heads turn whole. */
  readonly attention?: (
    layer: number,
    sizes: AttentionSizes,
  ) => Partial<Pick<AttentionSpec, "rope" | "scale" | "softCap" | "window">>;
  /** Absent: queries and keys are not normed, whatever the layout could hold. */
  readonly headNorms?: HeadNormTraits;
  /** How queries, keys and values lie in one matrix, where the layout has one for all. */
  readonly fused?: "stacked" | "grouped";
  /** `columns`: matrices are stored [inputs, outputs]. */
  readonly matrices?: "rows" | "columns";
  /** Of the dense MLP: `intermediate_size` and `hidden_act` unless given. */
  readonly width?: number;
  readonly activation?: Activation;
  /** Experts of a layer in place of the dense MLP. */
  readonly experts?: (layer: number) => ExpertsSpec | undefined;
  readonly embeddingScale?: number;
  readonly logitScale?: number;
  readonly logitSoftCap?: number | undefined;
}

/** RMSNorm with the epsilon that the config has under `key`. */
export function rms(config: ConfigFacts, offset: 0 | 1 = 0, key = "rms_norm_eps", usual = 1e-6): MakeNorm {
  const epsilon = config.number(key, usual);
  return (name) => ({ kind: "rms", name, epsilon, offset });
}

/** LayerNorm with the epsilon that the config has under `key`. */
export function layerNorm(config: ConfigFacts, key = "layer_norm_eps"): MakeNorm {
  const epsilon = config.number(key, 1e-5);
  return (name) => ({ kind: "layer", name, epsilon, offset: 0 });
}

/** The sizes of attention under their usual names. */
export function attentionSizes(config: ConfigFacts, headDim?: number): AttentionSizes {
  const hidden = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  return {
    hidden,
    heads,
    kvHeads: config.count("num_key_value_heads", heads),
    headDim: config.count("head_dim", headDim ?? Math.floor(hidden / heads)),
  };
}

/** Activations by the names that configs use. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: "silu",
  swish: "silu",
  gelu: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  relu: "relu",
};

/** @throws {AwaseError} `lm/unsupported`, `lm/config` */
export function activationOf(config: ConfigFacts, key = "hidden_act", fallback = "silu"): Activation {
  return config.oneOf(key, ACTIVATIONS, fallback);
}
