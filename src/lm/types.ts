import type { Floats } from "../base/bytes";
import type { TokenIds } from "../tokens/types";

/** Facts of a language model that whoever uses it needs. */
export interface LanguageModelFacts {
  readonly layers: number;
  readonly hidden: number;
  /** Rows of the head: logits per position. */
  readonly vocabulary: number;
  /** Every id in `eos_token_id` of config and generation config, without repetition. */
  readonly eos: readonly number[];
}

/** One position of one sequence of a batch. */
export interface Position {
  readonly sequence: number;
  /** Index of the token whose successor the logits predict. */
  readonly at: number;
}

/**
 * All tokens of a batch of texts, between two layers: f32 [tokens, hidden], on the device while they fit, else on the host.
 * Made by `embed`, changed in place by `layers`.
 */
export interface Activations extends Disposable {
  readonly sequences: readonly TokenIds[];
  /** A copy that goes its own way: what the guard keeps before a group of layers. */
  clone(): Promise<Activations>;
}

export interface PassOptions {
  readonly signal?: AbortSignal;
  /** After each layer: how many of those asked for are done. */
  readonly onLayer?: (done: number, total: number) => void;
}

export interface GenerateOptions {
  readonly maxTokens: number;
  /** 0 is greedy: the largest logit, the lowest id among equals. */
  readonly temperature: number;
  /** Keeps the most likely ids whose probabilities add up to this; 1 keeps all. */
  readonly topP: number;
  readonly seed: number;
  /** Ids that end an answer; the id itself is the last of its tokens. */
  readonly stop: readonly number[];
  readonly onToken?: (sequence: number, id: number) => void;
  readonly signal?: AbortSignal;
}

/** One generated answer. */
export interface Generated {
  readonly ids: TokenIds;
  readonly ended: "stop" | "length";
}

/**
 * The forward pass of a decoder over a `TensorSource`, whatever the source is. Weights of a layer are placed, used for all
 * tokens of the batch, and given back, while those of the next are being placed: two layers on the device at most.
 * Two models of one shape may take turns on the same activations: base below, merge above.
 */
export interface LanguageModel {
  readonly facts: LanguageModelFacts;
  /** @throws {AwaseError} `lm/token` for an id outside the vocabulary, `lm/no-tokens` for an empty text, `lm/too-long` past the learnt positions */
  embed(sequences: readonly TokenIds[], signal?: AbortSignal): Promise<Activations>;
  /** Takes activations through layers [from, to), in place. */
  layers(activations: Activations, from: number, to: number, options?: PassOptions): Promise<void>;
  /**
   * Negative log-likelihoods in nats: `nll[s][t]` is −log p(token t+1 | tokens 0…t) of sequence `s`, so a text of T tokens
   * has T−1. Logits are folded stripe by stripe of the vocabulary and never stored; finished in f64.
   */
  nll(activations: Activations, signal?: AbortSignal): Promise<readonly Float64Array[]>;
  /** Rows after the final norm, f32 [positions, hidden]: all the head needs, small enough to be kept for a base model. */
  states(activations: Activations, positions: readonly Position[], signal?: AbortSignal): Promise<Floats>;
  /** Logits f32 [rows, vocabulary] of rows that `states` gave, soft cap and scale applied. The caller keeps `rows` small. */
  logits(states: Floats, signal?: AbortSignal): Promise<Floats>;
  /** Answers to all prompts, step by step together, with a key-value cache. Weights stay on the device while they fit. */
  generate(prompts: readonly TokenIds[], options: GenerateOptions): Promise<readonly Generated[]>;
}
