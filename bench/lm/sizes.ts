import type { LlamaShape } from "../llama";

/** How large the things measured are. */
export interface LmSizes {
  /** Rows of the matrix products, and width and depth of their weight. */
  readonly rows: readonly number[];
  readonly width: number;
  /** The made-up model that is larger than the samples. */
  readonly shape: LlamaShape;
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Texts of a pass over the model that is streamed, and their tokens. */
  readonly texts: number;
  readonly textTokens: number;
}

const LARGER = {
  hidden_size: 512,
  intermediate_size: 1408,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  num_hidden_layers: 8,
  vocab_size: 8192,
};

export const FULL: LmSizes = {
  rows: [128, 512, 2048],
  width: 1024,
  shape: LARGER,
  promptTokens: 512,
  answerTokens: 32,
  texts: 2,
  textTokens: 64,
};

/** To see that everything runs, in a minute. The numbers mean nothing. */
export const TINY: LmSizes = {
  rows: [16, 32],
  width: 128,
  shape: { ...LARGER, hidden_size: 128, intermediate_size: 256, num_hidden_layers: 2, vocab_size: 512 },
  promptTokens: 32,
  answerTokens: 4,
  texts: 2,
  textTokens: 16,
};
