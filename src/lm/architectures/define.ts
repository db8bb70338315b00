import type { ConfigFacts } from "../configFacts";
import { ropeOf } from "../forward/rope";
import type {
  Activation,
  AttentionSpec,
  HeadNormSpec,
  LayerSpec,
  LinearSpec,
  MlpSpec,
  ModelSpec,
  NormPlace,
  NormSpec,
} from "../spec";

/** What a config becomes; the registry adds the architecture's name. */
export type DecoderSpec = Omit<ModelSpec, "architecture">;

/** An architecture of the forward pass: how its config becomes a spec. */
export interface ForwardDefinition {
  /** Strings of `architectures` in config.json. */
  readonly architectures: readonly string[];
  /** @throws {AwaseError} `lm/config`, `lm/unsupported` */
  spec(config: ConfigFacts): DecoderSpec;
}

/** What an architecture says of itself; the rest is what most decoders share. */
export interface DecoderTraits {
  readonly norm: MakeNorm;
  /** Names of a layer's norms; `input_layernorm` and `post_attention_layernorm` before the two halves unless given. */
  readonly norms?: Partial<Record<NormPlace, string>>;
  readonly order?: LayerSpec["order"];
  readonly residualScale?: number;
  /** What differs in the attention of a layer. */
  readonly attention?: (layer: number, sizes: AttentionSizes) => Partial<AttentionSpec>;
  /** The MLP of a layer; gate, up and down projections unless given. */
  readonly mlp?: (layer: number) => MlpSpec;
  readonly embeddingScale?: number;
  readonly logitScale?: number;
  readonly logitSoftCap?: number | undefined;
  /** What transformers assumes when the config does not say `tie_word_embeddings`. */
  readonly tied?: boolean;
  /** Width of a head where the config says nothing; hidden / heads unless given. */
  readonly headDim?: number;
}

export interface AttentionSizes {
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

export type MakeNorm = (name: NormSpec["name"]) => NormSpec;

/** The decoder that most are: `model.embed_tokens`, `model.layers`, `model.norm`, `lm_head`. */
export function decoder(config: ConfigFacts, traits: DecoderTraits): DecoderSpec {
  const sizes = attentionSizes(config, traits.headDim);
  const attention = plainAttention(config, sizes);
  const mlp = traits.mlp ?? repeated(() => gatedMlp(config));
  const norms = layerNorms(
    traits.norm,
    traits.norms ?? { beforeAttention: "input_layernorm", beforeMlp: "post_attention_layernorm" },
  );
  return {
    hidden: sizes.hidden,
    embedding: { table: "model.embed_tokens.weight", positions: undefined, scale: traits.embeddingScale ?? 1 },
    layers: Array.from({ length: config.count("num_hidden_layers") }, (_, layer) => ({
      attention: { ...attention, ...traits.attention?.(layer, sizes) },
      mlp: mlp(layer),
      order: traits.order ?? "sequential",
      norms,
      residualScale: traits.residualScale ?? 1,
    })),
    norm: traits.norm("model.norm"),
    head: {
      table: "lm_head.weight",
      tied: config.flag("tie_word_embeddings", traits.tied ?? false),
      scale: traits.logitScale ?? 1,
      softCap: traits.logitSoftCap,
    },
  };
}

/** The same for every layer, made once. */
export function repeated<T>(make: () => T): (layer: number) => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** RMSNorm with the config's `rms_norm_eps`. */
export function rms(config: ConfigFacts, offset: 0 | 1 = 0): MakeNorm {
  const epsilon = config.number("rms_norm_eps", 1e-6);
  return (name) => ({ kind: "rms", name, epsilon, offset });
}

/** LayerNorm with the epsilon that the config has under `key`. */
export function layerNorm(config: ConfigFacts, key = "layer_norm_eps"): MakeNorm {
  const epsilon = config.number(key, 1e-5);
  return (name) => ({ kind: "layer", name, epsilon, offset: 0 });
}

/** Norms by place; one that stands in two places is one object in both. */
export function layerNorms(norm: MakeNorm, names: Partial<Record<NormPlace, string>>): LayerSpec["norms"] {
  const made = new Map([...new Set(Object.values(names))].map((name) => [name, norm(name)]));
  const at = (place: NormPlace) => made.get(names[place] ?? "");
  return {
    beforeAttention: at("beforeAttention"),
    afterAttention: at("afterAttention"),
    beforeMlp: at("beforeMlp"),
    afterMlp: at("afterMlp"),
  };
}

export function linear(name: string, inputs: number, outputs: number): LinearSpec {
  return { name, inputs, outputs, layout: "rows" };
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

/** `self_attn` with q, k, v and o projections; rotated, and not windowed. */
function plainAttention(config: ConfigFacts, { hidden, heads, kvHeads, headDim }: AttentionSizes): AttentionSpec {
  const project = (name: string, of: number) => linear(`self_attn.${name}_proj`, hidden, of * headDim);
  return {
    heads,
    kvHeads,
    headDim,
    projections: { kind: "separate", q: project("q", heads), k: project("k", kvHeads), v: project("v", kvHeads) },
    output: linear("self_attn.o_proj", heads * headDim, hidden),
    queryNorm: undefined,
    keyNorm: undefined,
    rope: ropeOf(config, { headDim }),
    scale: headDim ** -0.5,
    softCap: undefined,
    window: undefined,
  };
}

/** Norms `self_attn.q_norm` and `self_attn.k_norm`. */
export function headNorms(norm: MakeNorm, over: HeadNormSpec["over"], perHead = false) {
  return {
    queryNorm: { norm: norm("self_attn.q_norm"), over, perHead },
    keyNorm: { norm: norm("self_attn.k_norm"), over, perHead },
  };
}

/** `mlp` with gate, up and down projections. */
export function gatedMlp(config: ConfigFacts, activation = activationOf(config, "hidden_act")): MlpSpec {
  const hidden = config.count("hidden_size");
  const width = config.count("intermediate_size");
  return {
    kind: "gated",
    gate: linear("mlp.gate_proj", hidden, width),
    up: linear("mlp.up_proj", hidden, width),
    down: linear("mlp.down_proj", width, hidden),
    activation,
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
export function activationOf(config: ConfigFacts, key: string, fallback = "silu"): Activation {
  return config.oneOf(key, ACTIVATIONS, fallback);
}
