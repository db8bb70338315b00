import type { Device } from "../../compute/device";
import type { BaseCache } from "../../eval/baseCache";
import { runPass } from "../../eval/batch";
import { evaluate } from "../../eval/evaluate";
import type { Measured } from "../../eval/measures/measured";
import { likelyBenchmark } from "../../eval/prompts/benchmarks";
import { countTokens } from "../../eval/prompts/count";
import { type Evaluation, measuresFor } from "../../eval/registry";
import type { PromptSet } from "../../eval/types";
import type { Model } from "../../model/model";
import { planModels } from "../../recipe/plan/inputs/planModels";
import type { TokenIds } from "../../tokens/types";
import { neverFallingBar } from "../boundary/monotone";
import { Throttle } from "../boundary/throttle";
import type { DeviceKeeper } from "../machine/deviceKeeper";
import { onDevice } from "../machine/onDevice";
import type { ForwardModel, RateBook } from "../machine/rates";
import type { EvaluationEvent, EvaluationRequest, SetCost, Subject } from "../protocol/evalProtocol";
import type { Planning } from "../shelf/planning";
import { type HoldContext, heldBack, holdModels } from "./holdModels";
import { plannedTexts } from "./plannedTexts";
import { type OpenModel, type Purpose, parametersOf, type Subjects } from "./subjects";
import { openTexts } from "./texts";
import { timedModel } from "./timedModel";

/** Milliseconds between two events of progress. */
const PROGRESS_INTERVAL = 100;

export interface EvaluationContext extends HoldContext {
  readonly device: DeviceKeeper;
  readonly rates: RateBook;
  readonly subjects: Subjects;
  /** What was measured of base models before. */
  readonly baseCache: BaseCache;
  readonly planning: Planning;
}

/** Measures models and recipes that nobody wrote. After a lost device, what was not finished is done once more on the next. */
export interface Evaluations {
  /** One evaluation per set, in order. */
  evaluate(
    request: EvaluationRequest,
    onEvent: (event: EvaluationEvent) => void,
    signal: AbortSignal,
  ): Promise<readonly Evaluation[]>;
  costs(subject: Subject, sets: readonly PromptSet[]): Promise<readonly SetCost[]>;
  /** Negative log-likelihoods in nats of every predicted token; needs no tokenizer. */
  likelihoods(
    subject: Subject,
    sequences: readonly TokenIds[],
    onTokens: (done: number) => void,
    signal: AbortSignal,
  ): Promise<readonly (readonly number[])[]>;
}

export function createEvaluations(context: EvaluationContext): Evaluations {
  const { device: keeper, rates } = context;

  return {
    async evaluate(request, onEvent, signal) {
      const { subject, base: baseKey, sets, positions, topK, maxTokens } = request;
      const measures = measuresFor(
        request.measures,
        sets.flatMap(({ prompts }) => prompts),
      );
      const generates = measures.some(({ reads }) => reads === "answers");
      const finished: Evaluation[] = [];
      const bars = sets.map(() => setBar(onEvent));
      await onDevice(keeper, signal, async (device) => {
        using open = await openSubject(context, subject, device, generates ? "answer" : "measure", signal);
        using base = baseKey === undefined ? undefined : await context.subjects.openModel(baseKey, device, signal);
        const cache = heldBack(context.baseCache);
        const passes = { tokens: 0, seconds: 0 };
        const model = timedModel(open.model, (tokens, seconds) => {
          passes.tokens += tokens;
          passes.seconds += seconds;
        });
        const [measured, measuredBase] = [await measurable({ ...open, model }), base && (await measurable(base))];
        for (const [at, set] of sets.entries()) {
          if (at < finished.length) continue; // done before the device was lost
          const evaluation = await evaluate(measured, set, {
            measures,
            positions,
            maxTokens,
            cache,
            signal,
            onProgress: (done, total) => bars[at]?.(done, total),
            ...(measuredBase ? { base: measuredBase } : {}),
            ...(topK === undefined ? {} : { topK }),
          });
          await holdModels(context, [...open.models, ...(base?.models ?? [])], signal);
          await cache.release();
          finished.push(evaluation);
          onEvent({ type: "measured", evaluation });
        }
        if (passes.tokens > 0) {
          await rates.recordForward(device.info, open.speed, passes.seconds / passes.tokens);
        }
      });
      return finished;
    },

    async costs(subject, sets) {
      const { info } = await keeper.get();
      const { texts, speed } = await headersOf(context, subject);
      const { tokenizer } = await openTexts(texts);
      const secondsPerToken = await rates.forwardEstimate(info, speed);
      return sets.map((set) => {
        const tokens = countTokens(tokenizer, set);
        const benchmark = likelyBenchmark(set)?.benchmark;
        return {
          set: set.id,
          tokens,
          ...(secondsPerToken === undefined ? {} : { seconds: tokens * secondsPerToken }),
          ...(benchmark === undefined ? {} : { benchmark }),
        };
      });
    },

    likelihoods: (subject, sequences, onTokens, signal) =>
      onDevice(keeper, signal, async (device) => {
        using open = await openSubject(context, subject, device, "measure", signal);
        const { nll } = await runPass(open.model, { sequences, positions: [] }, { signal, onTokens });
        await holdModels(context, open.models, signal);
        return nll.map((values) => [...values]);
      }),
  };
}

/** What is measured, ready to be computed with. */
export async function openSubject(
  { subjects, planning }: Pick<EvaluationContext, "subjects" | "planning">,
  subject: Subject,
  device: Device,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<OpenModel> {
  if (subject.kind === "model") return subjects.openModel(subject.key, device, signal);
  return subjects.openPlan(await planning.plan(subject.recipe, subject.seed), device, purpose, signal);
}

/** A model with the tokenizer of its folder. @throws as `openTexts` */
export async function measurable(open: Pick<OpenModel, "model" | "key" | "texts" | "context">): Promise<Measured> {
  const { model, key, texts, context } = open;
  const { tokenizer, ends } = await openTexts(texts);
  return { model, tokenizer, key, ends, ...(context === undefined ? {} : { context }) };
}

/** What is known of a subject without a weight being read. */
async function headersOf(
  { shelf, planning }: EvaluationContext,
  subject: Subject,
): Promise<{ readonly texts: Model; readonly speed: ForwardModel }> {
  if (subject.kind === "model") {
    const model = shelf.model(subject.key);
    return { texts: model, speed: { name: subject.key, parameters: parametersOf(model) } };
  }
  const planned = await planning.plan(subject.recipe, subject.seed);
  const texts = plannedTexts(planned, planModels(planned, shelf.checkpoints));
  return { texts, speed: { name: texts.key, parameters: planned.totals.parameters } };
}

/** The progress of one set, as events. */
function setBar(onEvent: (event: EvaluationEvent) => void): (done: number, total: number) => void {
  const throttle = new Throttle(PROGRESS_INTERVAL, onEvent);
  return neverFallingBar((done, total) => {
    throttle.push({ type: "measuring", done, total });
    if (done === total) throttle.flush();
  });
}
