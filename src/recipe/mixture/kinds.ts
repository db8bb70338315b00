import type { JsonEdit } from "../../model/jsonEdit";
import type { MixtureKind } from "./mixture";

/** One kind of model that a mixture can be written as. Source: the configuration and model classes of transformers. */
export interface KindFacts {
  readonly kind: MixtureKind;
  /** As people write it. */
  readonly label: string;
  readonly architecture: string;
  /** Architectures of the models that it can be made of. */
  readonly from: readonly string[];
  /** Whether an MLP that every token goes through stands beside the experts. */
  readonly shared: boolean;
  /** Whether the matrices of all experts lie in two tensors of a layer, as transformers 5 packs them. */
  readonly packed: boolean;
  /** What becomes of biases of the attention: `zeros`, where the base has none of queries, keys and values. */
  readonly biases: "none" | "zeros" | "kept";
  /** What the base's config.json does not say. */
  config(mixture: { readonly experts: number; readonly perToken: number; readonly width: number }): readonly JsonEdit[];
}

function edits(values: Readonly<Record<string, unknown>>): readonly JsonEdit[] {
  return Object.entries(values).map(([key, value]) => ({ path: [key], value }));
}

/** In the order in which they are tried. */
export const MIXTURE_KIND_FACTS: readonly KindFacts[] = [
  {
    kind: "mixtral",
    label: "Mixtral",
    architecture: "MixtralForCausalLM",
    from: ["LlamaForCausalLM", "LLaMaForCausalLM", "MistralForCausalLM"],
    shared: false,
    packed: true,
    biases: "none",
    config: ({ experts, perToken }) =>
      edits({
        model_type: "mixtral",
        num_local_experts: experts,
        num_experts_per_tok: perToken,
        sliding_window: null,
        output_router_logits: false,
      }),
  },
  {
    kind: "qwen2_moe",
    label: "Qwen2-MoE",
    architecture: "Qwen2MoeForCausalLM",
    from: ["LlamaForCausalLM", "LLaMaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM"],
    shared: true,
    packed: false,
    biases: "zeros",
    config: ({ experts, perToken, width }) =>
      edits({
        model_type: "qwen2_moe",
        num_experts: experts,
        num_experts_per_tok: perToken,
        moe_intermediate_size: width,
        shared_expert_intermediate_size: width,
        decoder_sparse_step: 1,
        mlp_only_layers: [],
        norm_topk_prob: true,
        qkv_bias: true,
        sliding_window: null,
        use_sliding_window: false,
        output_router_logits: false,
      }),
  },
  {
    kind: "qwen3_moe",
    label: "Qwen3-MoE",
    architecture: "Qwen3MoeForCausalLM",
    from: ["Qwen3ForCausalLM"],
    shared: false,
    packed: true,
    biases: "kept",
    config: ({ experts, perToken, width }) =>
      edits({
        model_type: "qwen3_moe",
        num_experts: experts,
        num_experts_per_tok: perToken,
        moe_intermediate_size: width,
        decoder_sparse_step: 1,
        mlp_only_layers: [],
        norm_topk_prob: true,
        sliding_window: null,
        use_sliding_window: false,
        output_router_logits: false,
      }),
  },
];
