import type { Device } from "../../compute/device";
import type { BaseCache } from "../../eval/baseCache";
import type { Measured } from "../../eval/measures/measured";
import type { Prompt } from "../../eval/types";
import { openLanguageModel } from "../../lm/open";
import type { JsonObject } from "../../model/model";
import type { TensorSource } from "../../model/sources/tensorSource";
import type { DonorParameters } from "../../recipe/donor/parameters";
import type { Choice, Lender } from "../lender";
import { StageMeter, type StageValues } from "./stageMeter";
import { runStages, type StageAction, type StageOutcome } from "./stages";

/** The base that rows are lent to, ready to be measured. */
export interface TrialBase {
  readonly measured: Measured;
  readonly source: TensorSource;
  readonly config: JsonObject;
  readonly generationConfig?: JsonObject | undefined;
}

export interface TrialsOptions {
  readonly device: Device;
  readonly base: TrialBase;
  readonly lender: Lender;
  /** Absent: nothing is measured, and nothing taken back. */
  readonly prompts?: readonly Prompt[] | undefined;
  readonly cache?: BaseCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What parameters are worth. */
export interface Trial {
  /** Perplexity over the base's, of what would be written; undefined where nothing was measured. */
  readonly relPPL: number | undefined;
  /** Symmetric KL from the base, in nats. */
  readonly klSym: number | undefined;
  /** Rows that are blended. */
  readonly rows: { readonly embedding: number; readonly head: number };
  readonly actions: readonly StageAction[];
  readonly choice: Choice;
  readonly outcome: StageOutcome;
  /** The base's own values. */
  readonly base: StageValues | undefined;
}

export type RunTrial = (
  parameters: DonorParameters,
  watch?: {
    readonly signal?: AbortSignal | undefined;
    readonly excluded?: ReadonlySet<number>;
    readonly onAction?: (action: StageAction, values: StageValues | undefined) => void;
    /** Once the base is measured. */
    readonly onBase?: (values: StageValues) => void;
    /** Tokens that are through in the state being measured. */
    readonly onTokens?: (done: number, total: number) => void;
  },
) => Promise<Trial>;

/**
 * One function that takes parameters and says what they are worth, without writing a model. The alignment and what the base gives are
 * made once: with another τ only rows are selected and blended anew, which costs next to nothing beside the forward pass. Of the
 * embedding only rows are made whose tokens are in the prompts.
 */
export function openTrials({ device, base, lender, prompts, cache, signal: whole }: TrialsOptions): RunTrial {
  const meters = new Map<string, Promise<StageMeter>>();
  const meterFor = ({ kl_positions: positions, kl_topk: topK }: DonorParameters): Promise<StageMeter> | undefined => {
    if (!prompts) return undefined;
    const key = `${positions} ${topK}`;
    const known = meters.get(key);
    if (known) return known;
    const opening = StageMeter.open(base.measured, { prompts, positions, topK, cache, signal: whole });
    meters.set(key, opening);
    opening.catch(() => meters.delete(key));
    return opening;
  };

  return async (parameters, { signal = whole, excluded, onAction, onBase, onTokens } = {}) => {
    const choice = lender.choose(parameters, excluded);
    const meter = await meterFor(parameters);
    if (meter) onBase?.(meter.base);
    const ids = meter?.ids;
    const { config, generationConfig } = base;
    const outcome = await runStages({
      rows: {
        embedding: choice.embedding.selected.length,
        ...(choice.head && { head: choice.head.selected.length }),
      },
      parameters,
      ...(meter && {
        guard: {
          base: meter.base,
          async measure(strengths) {
            const source = lender.source(base.source, choice, strengths, parameters, ids);
            const model = await openLanguageModel({
              config,
              source,
              device,
              ...(generationConfig && { generationConfig }),
            });
            return meter.measure(model, signal, (done) => onTokens?.(done, meter.tokens));
          },
        },
      }),
      ...(onAction && { onAction }),
    });
    const { strengths, actions, end } = outcome;
    return {
      relPPL: end?.relPPL,
      klSym: end?.klSym,
      rows: {
        embedding: strengths.embedding > 0 ? choice.embedding.selected.length : 0,
        head: strengths.head > 0 ? (choice.head?.selected.length ?? 0) : 0,
      },
      actions,
      choice,
      outcome,
      base: meter?.base,
    };
  };
}
