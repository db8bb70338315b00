import type { ArchitectureDefinition } from "../define";

/** Where the language model of a model that sees lies: transformers 5 and 4.52, versions before, and those without an outer module. */
const ROOTS = ["model.language_model", "language_model.model", "model"] as const;

const named = (end: string) => ROOTS.map((root) => `${root}.${end}`);

/**
 * A language model with a vision tower beside it. The language model is merged; whatever lies outside of it (tower, projector) is
 * merged where every input has it, and else carried over from the model that has it. Names in the output are those of the model whose
 * config it gets.
 */
export function visionLanguage(
  facts: Pick<ArchitectureDefinition, "architectures" | "layer" | "languages"> &
    Partial<Pick<ArchitectureDefinition, "families" | "roles" | "forward" | "tiedByDefault">>,
): ArchitectureDefinition {
  const [embedding = "", ...embeddingAliases] = named("embed_tokens.weight");
  const [norm = "", ...normAliases] = named("norm.weight");
  const [root = "", ...rootAliases] = named("layers");
  return {
    depthKey: "text_config.num_hidden_layers",
    depthKeys: ["num_hidden_layers"],
    text: "text_config",
    root,
    rootAliases,
    pre: [{ name: embedding, role: "embedding", aliases: embeddingAliases, embedding: true }],
    post: [
      { name: norm, role: "norm", aliases: normAliases },
      {
        name: "lm_head.weight",
        role: "head",
        optional: true,
        aliases: ["language_model.lm_head.weight"],
        tied: [embedding, ...embeddingAliases],
        embedding: true,
      },
    ],
    tiedByDefault: false,
    ...facts,
  };
}
