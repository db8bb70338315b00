/** One weight of an architecture. Names in `layer` lists are relative to `<root>.<layer>.`. */
export interface WeightDefinition {
  readonly name: string;
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
  /** Layers are `<root>.<n>.…`. */
  readonly root: string;
  /** Other roots found on disk, for checkpoints saved without the outer module. */
  readonly rootAliases?: readonly string[];
  readonly pre: readonly WeightDefinition[];
  readonly layer: readonly WeightDefinition[];
  readonly post: readonly WeightDefinition[];
  /** Beginnings of relative names whose number the config decides (experts). Every input must have the same ones. */
  readonly families?: readonly string[];
  /** What transformers assumes when config.json does not say `tie_word_embeddings`. */
  readonly tiedByDefault: boolean;
}

/** `name.weight`, and `name.bias` where asked for. */
export function linear(name: string, bias: "none" | "optional" | "required" = "none"): readonly WeightDefinition[] {
  const weight = { name: `${name}.weight` };
  if (bias === "none") return [weight];
  return [weight, { name: `${name}.bias`, ...(bias === "optional" ? { optional: true } : {}) }];
}

/** Norms without a bias. */
export function norms(...names: readonly string[]): readonly WeightDefinition[] {
  return names.map((name) => ({ name: `${name}.weight` }));
}

/** `self_attn` with q, k, v and o projections. */
export function attention(
  bias: { readonly qkv?: "none" | "optional" | "required"; readonly o?: "none" | "optional" | "required" } = {},
): readonly WeightDefinition[] {
  return [
    ...["q_proj", "k_proj", "v_proj"].flatMap((name) => linear(`self_attn.${name}`, bias.qkv)),
    ...linear("self_attn.o_proj", bias.o),
  ];
}

/** `mlp` with gate, up and down projections. */
export function gatedMlp(bias?: "none" | "optional" | "required"): readonly WeightDefinition[] {
  return ["gate_proj", "up_proj", "down_proj"].flatMap((name) => linear(`mlp.${name}`, bias));
}

const EMBEDDING = "model.embed_tokens.weight";

/** The layout most decoders share: `model.embed_tokens`, `model.layers.N`, `model.norm`, and an `lm_head` that may be tied. */
export function decoder(
  facts: Pick<ArchitectureDefinition, "architectures" | "layer"> &
    Partial<Pick<ArchitectureDefinition, "families" | "tiedByDefault" | "pre" | "post">>,
): ArchitectureDefinition {
  return {
    depthKey: "num_hidden_layers",
    root: "model.layers",
    pre: [{ name: EMBEDDING, embedding: true }],
    tiedByDefault: false,
    ...facts,
    post: [
      ...(facts.post ?? norms("model.norm")),
      { name: "lm_head.weight", optional: true, tied: [EMBEDDING], embedding: true },
    ],
  };
}
