import { attention, BLOCK_NORMS, decoder, linear, norms } from "../define";

/**
 * Experts with biases, packed as transformers packs them for this family alone: [experts, inputs, outputs], gate and up in turn. As
 * published they are MXFP4 (`…_blocks` and `…_scales`), which is widened while it is read. Each head has a sink.
 */
export const gptOss = decoder({
  architectures: ["GptOssForCausalLM"],
  layer: [
    ...attention({ qkv: "optional", o: "optional" }),
    { name: "self_attn.sinks" },
    ...linear("mlp.router", undefined, "required"),
    { name: "mlp.experts.gate_up_proj" },
    { name: "mlp.experts.gate_up_proj_bias" },
    { name: "mlp.experts.down_proj" },
    { name: "mlp.experts.down_proj_bias" },
    ...norms(BLOCK_NORMS),
  ],
});
