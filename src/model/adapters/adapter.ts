import type { TensorFacts } from "../../formats/tensor";

/** A matrix that an adapter changes: `scale · B·A` is added to it. */
export interface AdapterProduct {
  /** The module in the model as peft sees it: `model.layers.0.self_attn.q_proj`. */
  readonly module: string;
  /** An embedding's weight is [tokens, hidden], so that the product is added transposed. */
  readonly kind: "linear" | "embedding";
  /** [rank, inputs]; of an embedding [rank, tokens]. */
  readonly a: TensorFacts;
  /** [outputs, rank]. */
  readonly b: TensorFacts;
  readonly rank: number;
  /** alpha / rank, or alpha / √rank (rsLoRA). */
  readonly scale: number;
  /** `lora_B.bias`: `scale` times this is added to the module's bias. */
  readonly bias?: TensorFacts;
}

/** A tensor that an adapter holds whole: of a module that was trained in full, or a bias. */
export interface AdapterReplacement {
  /** What it replaces, as peft sees it: `lm_head.weight`. */
  readonly name: string;
  readonly tensor: TensorFacts;
}

/** What a LoRA adapter does to a model, told from its config and its header. */
export interface Adapter {
  /** `base_model_name_or_path`: the model it was trained on, as the trainer called it. */
  readonly base?: string;
  /** `fan_in_fan_out`: matrices are stored [inputs, outputs], as Conv1D has them. */
  readonly transposed: boolean;
  readonly products: readonly AdapterProduct[];
  readonly replacements: readonly AdapterReplacement[];
}

/** Least and largest rank of its products. */
export function adapterRanks({ products }: Adapter): readonly [least: number, largest: number] {
  return products.reduce<[number, number]>(
    ([least, most], { rank }) => [Math.min(least, rank), Math.max(most, rank)],
    products.length > 0 ? [Number.POSITIVE_INFINITY, 0] : [0, 0],
  );
}
