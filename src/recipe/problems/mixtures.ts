import type { Sentences } from "../../base/sentences";

interface Unfit {
  readonly model: string;
  readonly tensor: string;
  readonly found: string;
  readonly other: string;
  readonly expected: string;
}

/** Why models make no mixture. */
export type UnfitReason = "mixed" | "unknown" | "shared" | "no-shared";

interface UnfitKind {
  /** Architectures, the base's first. */
  readonly found: string;
  readonly reason: UnfitReason;
  /** The kind that the recipe asks for; empty where it asks for none. */
  readonly asked: string;
}

const REASONS: Readonly<Record<UnfitReason, string>> = {
  mixed: "all experts must be of the base's architecture",
  unknown:
    "Llama and Mistral become Mixtral or Qwen2-MoE, Qwen 2 becomes Qwen2-MoE, and Qwen 3 becomes Qwen3-MoE; nothing else is made here",
  shared: "Mixtral and Qwen3-MoE have no expert that every token goes through. Take `shared_experts:` out",
  "no-shared": "Qwen2-MoE needs one expert that every token goes through. Add `shared_experts:` with one entry",
};

/** What can be wrong with a recipe that has `experts`, in English. */
export const mixtureSentences = {
  "mixture/no-base": () =>
    "A mixture needs `base_model:`, which gives it attention, norms, embeddings and head. Add it.",
  "mixture/no-experts": () => "`experts:` names no model. Add an entry with `source_model:` for each expert.",
  "mixture/no-source": () => "This expert has no `source_model:`. Name the model that its MLPs are taken from.",
  "mixture/shared": ({ found }: { found: number }) =>
    `A mixture has at most one expert that every token goes through, but \`shared_experts:\` names ${found}. Keep one.`,
  "mixture/number": ({ key, found }: { key: string; found: string }) =>
    `\`${key}\` must be a number, but is ${found}. Write one, or leave the key out.`,
  "mixture/gate-mode": ({ found, known }: { found: string; known: string }) =>
    `There is no \`gate_mode\` "${found}". Known are: ${known}.`,
  "mixture/per-token": ({ found, experts }: { found: string; experts: number }) =>
    `\`experts_per_token\` is ${found}; it must be a whole number from 1 to the number of experts, which is ${experts}.`,
  "mixture/kind": ({ found }: { found: string }) =>
    `A mixture cannot be made as "${found}" here. \`architecture\` may be mixtral, qwen (Qwen2-MoE) or qwen3; leave it out to take the first that fits.`,
  "mixture/no-prompts": ({ mode }: { mode: string }) =>
    `\`gate_mode: ${mode}\` makes the router from prompts, and this expert has no \`positive_prompts:\`. Add texts of the kind that it is for, or use \`gate_mode: random\` for a mixture that will be trained.`,
  "mixture/same-prompts": ({ mode }: { mode: string }) =>
    `All experts have the same prompts, so \`gate_mode: ${mode}\` would make the same row of the router for each. Give each expert prompts of its own.`,
  "mixture/same-models": ({ model }: { model: string }) =>
    `All experts are ${model}. Such a mixture says what ${model} says, until it is trained.`,
  "mixture/odd-count": ({ found }: { found: number }) =>
    `${found} experts: some programs expect a power of two. transformers runs any number.`,
  "mixture/unfit": ({ found, reason, asked }: UnfitKind) =>
    `No mixture${asked && ` as ${asked}`} can be made of ${found}: ${REASONS[reason]}.`,
  "mixture/shape": ({ model, tensor, found, other, expected }: Unfit) =>
    `${tensor} of ${model} is ${found}, and that of ${other} ${expected}. The experts of a mixture have matrices of one shape.`,
  "mixture/missing": ({ model, tensor }: { model: string; tensor: string }) =>
    `${model} has no tensor ${tensor}, of which an expert is made. Download it again, or use another model.`,
  "mixture/biases": ({ model, tensor, mixture }: { model: string; tensor: string; mixture: string }) =>
    `${model} has ${tensor}, and ${mixture} has no place for such a bias. Use models without it.`,
  "mixture/zero-biases": ({ mixture }: { mixture: string }) =>
    `${mixture} has biases of queries, keys and values where the base has none: they are written as zeros, which change nothing.`,
  "mixture/made": ({
    mixture,
    experts,
    perToken,
    parameters,
    active,
  }: {
    mixture: string;
    experts: number;
    perToken: number;
    parameters: number;
    active: number;
  }) =>
    `${mixture} with ${experts} experts, ${perToken} for each token: ${parameters} parameters, of which a token uses ${active}.`,
} satisfies Sentences;
