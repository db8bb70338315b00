import type { RopeSpec } from "./rope";

/** A norm over rows. `weight` is relative to the layer inside layers; its bias, if the model has one, ends in `.bias`. */
export interface NormSpec {
  /** `rms` divides by the root mean square, `layer` takes the mean away first. */
  readonly kind: "rms" | "layer";
  /** Name without `.weight`. Several: the rows of one weight, one for each head, stored one by one. */
  readonly name: string | readonly string[];
  readonly epsilon: number;
  /** Added to the weight: Gemma stores it minus 1. */
  readonly offset: 0 | 1;
}

/** A matrix product with a bias where the model has one. */
export interface LinearSpec {
  /** Name without `.weight`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** `columns`: stored [inputs, outputs], as GPT-2's Conv1D does; else [outputs, inputs]. */
  readonly layout?: "rows" | "columns";
}

export type Activation = "silu" | "gelu" | "gelu-tanh" | "relu";

/** Where queries, keys and values come from. */
export type ProjectionSpec =
  | { readonly kind: "separate"; readonly q: LinearSpec; readonly k: LinearSpec; readonly v: LinearSpec }
  /** One matrix: all queries, then all keys, then all values. */
  | { readonly kind: "stacked"; readonly qkv: LinearSpec }
  /** One matrix: for each key head its queries, its key, its value. */
  | { readonly kind: "grouped"; readonly qkv: LinearSpec };

/** A norm of queries or keys before their rotation: of every head by itself, or over all heads at once. */
export interface HeadNormSpec {
  readonly norm: NormSpec;
  readonly over: "head" | "all";
  /** Whether each head has its own weight, stored [heads, headDim]; only over heads. */
  readonly perHead: boolean;
}

export interface AttentionSpec {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly projections: ProjectionSpec;
  readonly output: LinearSpec;
  readonly queryNorm: HeadNormSpec | undefined;
  readonly keyNorm: HeadNormSpec | undefined;
  /** `undefined`: queries and keys are not rotated. */
  readonly rope: RopeSpec | undefined;
  /** Multiplies the scores. */
  readonly scale: number;
  /** c in c·tanh(score / c). */
  readonly softCap: number | undefined;
  /** Keys that a query sees, its own among them; `undefined`: all before it. */
  readonly window: number | undefined;
}

/** Names of the weights of experts; `{expert}` stands for the number. */
export type ExpertNames =
  | {
      readonly kind: "each";
      readonly router: string;
      readonly gate: string;
      readonly up: string;
      readonly down: string;
    }
  /** Packed by the number of the expert: [experts, 2 · width, hidden] and [experts, hidden, width]. */
  | { readonly kind: "packed"; readonly router: string; readonly gateUp: string; readonly down: string };

export type MlpSpec =
  | {
      readonly kind: "gated";
      readonly gate: LinearSpec;
      readonly up: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Activation;
    }
  /** Gate and up in one matrix, the gate first. */
  | {
      readonly kind: "fused-gated";
      readonly gateUp: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Activation;
    }
  | { readonly kind: "plain"; readonly up: LinearSpec; readonly down: LinearSpec; readonly activation: Activation }
  | ExpertsSpec;

/** Gated MLPs of which each token goes through a few, chosen by a router. */
export interface ExpertsSpec {
  readonly kind: "experts";
  readonly count: number;
  readonly perToken: number;
  /** Whether the chosen probabilities are divided by their sum. */
  readonly normalize: boolean;
  /** How experts are chosen; the most likely by a softmax unless given. */
  readonly choice?: ExpertChoice;
  /** Width of an expert. */
  readonly width: number;
  readonly activation: Activation;
  /** Ways that checkpoints name them; the first whose router exists is meant. */
  readonly names: readonly ExpertNames[];
  /** An MLP that every token goes through as well. */
  readonly shared?: SharedExpertSpec;
}

/** Experts chosen in groups (DeepSeek-V2 and V3, GLM-4.5): the best groups first, then the best experts in them. */
export interface ExpertChoice {
  /** What a router's output becomes: a probability among all experts, or a logistic of its own. */
  readonly score: "softmax" | "sigmoid";
  readonly groups: number;
  /** Groups that experts are chosen from. */
  readonly topGroups: number;
  /** What a group counts: its best expert, or its two best added up. */
  readonly groupScore: "best" | "two-best";
  /** Tensor [experts], relative to the layer, that is added to scores while experts are chosen, and to no share. */
  readonly bias: string | undefined;
  /** Multiplies the shares. */
  readonly scale: number;
}

/** A gated MLP beside the experts. */
export interface SharedExpertSpec {
  readonly gate: LinearSpec;
  readonly up: LinearSpec;
  readonly down: LinearSpec;
  /** One row, whose logistic multiplies the MLP's output; absent: it counts whole. */
  readonly by?: LinearSpec;
}

/** Around the two halves of a layer. */
export type NormPlace = "beforeAttention" | "afterAttention" | "beforeMlp" | "afterMlp";

/** What a weight does in the forward pass. A bias has no role of its own: it belongs to the weight of its name. */
export type Role =
  | "embedding"
  | "positions"
  | "norm"
  | "head"
  | NormPlace
  | "q"
  | "k"
  | "v"
  | "qkv"
  | "o"
  | "queryNorm"
  | "keyNorm"
  | "gate"
  | "up"
  | "gateUp"
  | "down";

/** A layer: attention and MLP, each added to its input. */
export interface LayerSpec {
  readonly attention: AttentionSpec;
  readonly mlp: MlpSpec;
  /** `parallel`: both read the layer's input; `sequential`: the MLP reads what the attention made. */
  readonly order: "sequential" | "parallel";
  /** The same object before attention and MLP of a parallel layer is one norm, done once. */
  readonly norms: Readonly<Record<NormPlace, NormSpec | undefined>>;
  /** Multiplies what attention and MLP add. */
  readonly residualScale: number;
}

/** A decoder as data: everything the forward pass must know, and nothing about where weights come from. */
export interface ModelSpec {
  readonly architecture: string;
  readonly hidden: number;
  readonly embedding: {
    /** Tensor [vocabulary, hidden]. */
    readonly table: string;
    /** Tensor [positions, hidden] of learnt positions. */
    readonly positions: string | undefined;
    readonly scale: number;
  };
  readonly layers: readonly LayerSpec[];
  readonly norm: NormSpec;
  readonly head: {
    /** Tensor [vocabulary, hidden]. */
    readonly table: string;
    /** Tensor [vocabulary] that is added to the logits, where the model has it. */
    readonly bias: string | undefined;
    /** Whether the embedding stands in for it. */
    readonly tied: boolean;
    /** Multiplies the logits. */
    readonly scale: number;
    /** c in c·tanh(logit / c), after `scale`. */
    readonly softCap: number | undefined;
  };
}

/** Columns of all queries, and of all keys or values. */
export function attentionWidths({ heads, kvHeads, headDim }: AttentionSpec): { queries: number; keys: number } {
  return { queries: heads * headDim, keys: kvHeads * headDim };
}
