import type { Evaluation, Wanted } from "../../eval/registry";
import type { GuardLimit, GuardReport, GuardStage, PositionRule, PromptSet } from "../../eval/types";
import type { ModelKey } from "./ids";

/** What is measured: a model, or a recipe that nobody wrote. */
export type Subject =
  | { readonly kind: "model"; readonly key: ModelKey }
  | { readonly kind: "recipe"; readonly recipe: string; readonly seed: number };

export interface EvaluationRequest {
  readonly subject: Subject;
  /** What it is compared with; absent: nothing relative is measured. */
  readonly base?: ModelKey;
  readonly sets: readonly PromptSet[];
  /** Those that need a base are left out without one. */
  readonly measures: Wanted;
  readonly positions: PositionRule;
  /** Top-K divergence from a cached base; absent: exact. */
  readonly topK?: number;
  /** Most tokens an answer may have, where answers are generated. */
  readonly maxTokens: number;
}

export type EvaluationEvent =
  /** At most ten times a second; `done` never falls, `total` never changes. */
  | { readonly type: "measuring"; readonly done: number; readonly total: number }
  | { readonly type: "measured"; readonly evaluation: Evaluation };

/** What the guard says while it watches; comes as events of the merge it guards. */
export type GuardEvent =
  | {
      readonly type: "guard-begin";
      readonly basePerplexity: number;
      readonly cap: number;
      /** Why nothing can be taken back, so that there is one stage: the whole. */
      readonly limit?: GuardLimit;
    }
  | { readonly type: "guard-progress"; readonly done: number; readonly total: number }
  | { readonly type: "guard-stage"; readonly stage: GuardStage }
  | { readonly type: "guard-end"; readonly report: GuardReport };

/** What a prompt set costs on this device. */
export interface SetCost {
  readonly set: string;
  readonly tokens: number;
  /** Of one forward pass, from earlier measurements on this device; absent before the first. */
  readonly seconds?: number;
  /** Name of a public benchmark whose test split this looks like. */
  readonly benchmark?: string;
}

export interface AnswerRequest {
  readonly subject: Subject;
  readonly prompt: string;
  /** Whether the model's chat template is applied; a model without one takes the prompt as it is. */
  readonly chat: boolean;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
}

export interface Answer {
  readonly text: string;
  readonly tokens: number;
  /** `stop`: an end token, named; `length`: the limit. */
  readonly ended: "stop" | "length";
  readonly stopToken?: string;
  /** What the model was given, template applied. */
  readonly input: string;
  readonly tokensPerSecond: number;
}
