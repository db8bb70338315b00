import { type ArchitectureDefinition, linear } from "./define";

/** Early checkpoints lack the `transformer.` in front; the output has it. Their attention masks are buffers. */
export const gpt2: ArchitectureDefinition = {
  architectures: ["GPT2LMHeadModel"],
  depthKey: "n_layer",
  root: "transformer.h",
  rootAliases: ["h"],
  pre: [
    { name: "transformer.wte.weight", aliases: ["wte.weight"], embedding: true },
    { name: "transformer.wpe.weight", aliases: ["wpe.weight"] },
  ],
  layer: ["ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"].flatMap((name) =>
    linear(name, "required"),
  ),
  post: [
    { name: "transformer.ln_f.weight", aliases: ["ln_f.weight"] },
    { name: "transformer.ln_f.bias", aliases: ["ln_f.bias"] },
    { name: "lm_head.weight", optional: true, tied: ["transformer.wte.weight", "wte.weight"], embedding: true },
  ],
  tiedByDefault: true,
};
