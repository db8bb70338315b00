import type { ConfigFacts } from "../forward/configFacts";
import { experts } from "../forward/experts";
import { rms } from "../forward/traits";
import { layerKinds, windowsOf } from "../forward/windows";
import { attention, BLOCK_NORMS, decoder, gatedMlp, headNorms, norms } from "./define";

const qwen3Attention = [...attention({ qkv: "optional", o: "optional" }), ...headNorms()];

/** Layers from `max_window_layers` up slide, where `use_sliding_window` is set. */
function windows(config: ConfigFacts): (layer: number) => number | undefined {
  const from = config.number("max_window_layers", 28);
  return windowsOf(
    layerKinds(config, (layer) => layer >= from),
    windowInUse(config, 4096),
  );
}

/** What `sliding_window` says, if `use_sliding_window` lets it. */
function windowInUse(config: ConfigFacts, usual: number): number | undefined {
  if (!config.flag("use_sliding_window", false)) return undefined;
  return config.names("sliding_window") ? config.optionalNumber("sliding_window") : usual;
}

export const qwen2 = decoder({
  architectures: ["Qwen2ForCausalLM"],
  layer: [...attention({ qkv: "required" }), ...gatedMlp(), ...norms(BLOCK_NORMS)],
  forward(config) {
    const window = windows(config);
    return { norm: rms(config), attention: (layer) => ({ window: window(layer) }) };
  },
});

/** Qwen 2 with a norm on each head of queries and keys. */
export const qwen3 = decoder({
  architectures: ["Qwen3ForCausalLM"],
  layer: [...qwen3Attention, ...gatedMlp(), ...norms(BLOCK_NORMS)],
  forward(config) {
    const window = windows(config);
    return {
      norm: rms(config),
      headNorms: { over: "head", perHead: false },
      attention: (layer) => ({ window: window(layer) }),
      headDim: 128,
    };
  },
});

/** Names of the dense MLP in layers without experts. */
const DENSE = { gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj" } as const;

/** Which layers have experts: every `decoder_sparse_step`-th that is not in `mlp_only_layers`. */
function sparseLayers(config: ConfigFacts): (layer: number) => boolean {
  const step = config.count("decoder_sparse_step", 1);
  const dense = new Set(config.numbers("mlp_only_layers"));
  return (layer) => !dense.has(layer) && (layer + 1) % step === 0;
}

/** Experts keep the layout they have on disk, packed or one by one. */
const EXPERTS = {
  roots: ["mlp"],
  each: { gate: "gate_proj", up: "up_proj", down: "down_proj" },
} as const;

/** Experts, and an MLP beside them that every token goes through, weighed by a gate of its own. */
export const qwen2Moe = decoder({
  architectures: ["Qwen2MoeForCausalLM"],
  layer: [...attention({ qkv: "optional" }), ...norms(BLOCK_NORMS)],
  families: ["mlp."],
  roles: DENSE,
  forward(config) {
    const window = windows(config);
    const isSparse = sparseLayers(config);
    const sparse = experts(config, {
      ...EXPERTS,
      count: config.count("num_experts", 60),
      perToken: config.count("num_experts_per_tok", 4),
      normalize: config.flag("norm_topk_prob", false),
      width: config.count("moe_intermediate_size", 1408),
      shared: {
        name: "mlp.shared_expert",
        width: config.count("shared_expert_intermediate_size", 5632),
        by: "mlp.shared_expert_gate",
      },
    });
    return {
      norm: rms(config),
      attention: (layer) => ({ window: window(layer) }),
      experts: (layer) => (isSparse(layer) ? sparse : undefined),
    };
  },
});

/** Experts without any MLP beside them; all layers slide or none. */
export const qwen3Moe = decoder({
  architectures: ["Qwen3MoeForCausalLM"],
  layer: [...qwen3Attention, ...norms(BLOCK_NORMS)],
  families: ["mlp."],
  roles: DENSE,
  forward(config) {
    const isSparse = sparseLayers(config);
    const window = windowsOf(
      layerKinds(config, () => true),
      windowInUse(config, 4096),
    );
    const sparse = experts(config, {
      ...EXPERTS,
      count: config.count("num_experts", config.count("num_local_experts", 128)),
      perToken: config.count("num_experts_per_tok", 8),
      normalize: config.flag("norm_topk_prob", false),
      width: config.count("moe_intermediate_size"),
    });
    return {
      norm: rms(config),
      headNorms: { over: "head", perHead: false },
      attention: (layer) => ({ window: window(layer) }),
      experts: (layer) => (isSparse(layer) ? sparse : undefined),
    };
  },
});
