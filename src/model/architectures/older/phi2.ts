import { ropeOf } from "../../forward/rope";
import { activationOf, layerNorm } from "../../forward/traits";
import { type ArchitectureDefinition, linear, norms } from "../define";

const EMBEDDING = "model.embed_tokens.weight";

/** Phi 1, 1.5 and 2: biases everywhere, the head among them; both halves of a layer behind one LayerNorm, half of each head turns. */
export const phi2: ArchitectureDefinition = {
  architectures: ["PhiForCausalLM"],
  depthKey: "num_hidden_layers",
  root: "model.layers",
  pre: [{ name: EMBEDDING, role: "embedding", embedding: true }],
  layer: [
    ...(["q", "k", "v"] as const).flatMap((role) => linear(`self_attn.${role}_proj`, role, "required")),
    ...linear("self_attn.dense", "o", "required"),
    ...(["query", "key"] as const).flatMap((whose) =>
      linear(`self_attn.${whose.charAt(0)}_layernorm`, `${whose}Norm`, "optional").map((weight) => ({
        ...weight,
        optional: true,
      })),
    ),
    ...linear("mlp.fc1", "up", "required"),
    ...linear("mlp.fc2", "down", "required"),
    ...norms({ beforeAttention: "input_layernorm" }, "required"),
  ],
  post: [
    ...linear("model.final_layernorm", "norm", "required"),
    { name: "lm_head.weight", role: "head", optional: true, tied: [EMBEDDING], embedding: true },
    { name: "lm_head.bias", optional: true, embedding: true },
  ],
  tiedByDefault: false,
  forward: (config) => ({
    norm: layerNorm(config),
    norms: { beforeMlp: "beforeAttention" },
    order: "parallel",
    ...(config.flag("qk_layernorm", false) && { headNorms: { over: "head", perHead: false } }),
    attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim, partial: 0.5 }) }),
    activation: activationOf(config, "hidden_act", "gelu_new"),
  }),
};
