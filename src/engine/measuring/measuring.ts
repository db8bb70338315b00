import type { Strengths } from "../../align/lender";
import type { Device } from "../../compute/device";
import type { GuardOptions, GuardReport } from "../../eval/types";
import type { TensorSource } from "../../model/sources/tensorSource";
import type { MergePlan } from "../../recipe/plan/plan";
import { createLenders } from "../donor/lenders";
import type { LendingOptions } from "../donor/lending";
import type { LendingOutcome } from "../donor/lendingOutcome";
import type { Answer, AnswerRequest, GuardEvent } from "../protocol/evalProtocol";
import type { MergeEvent } from "../protocol/protocol";
import type { Searching } from "../searching/searching";
import { answer } from "./answers";
import { type BaseRecords, keepBaseValues } from "./baseValues";
import { createEvaluations, type EvaluationContext, type Evaluations } from "./evaluation";
import { settle, watch } from "./guarding";
import type { Residency } from "./residency";
import { createSubjects, type Subjects } from "./subjects";

type Watch = (
  recipe: string,
  seed: number,
  options: GuardOptions,
  onEvent: (event: GuardEvent) => void,
  signal: AbortSignal,
) => Promise<GuardReport>;

/**
 * The part of the engine that computes with models: forward pass, tokenizers, measures, guard. A browser loads it when
 * something is measured for the first time, so that a page opens without it.
 */
export interface Measuring extends Evaluations, Pick<Subjects, "forget" | "close"> {
  readonly watch: Watch;
  /** Watches, for a merge that writes what the guard settles on. @throws {AwaseError} `guard/stopped` */
  readonly settle: Watch;
  /** Decides, for a merge, what a donor's rows may do. See `lend`. */
  lend(
    plan: MergePlan,
    options: LendingOptions,
    onEvent: (event: MergeEvent) => void,
    signal: AbortSignal,
  ): Promise<LendingOutcome>;
  /** What puts them in. See `lending`. */
  lending(
    plan: MergePlan,
    strengths: Strengths,
    device: Device,
    signal: AbortSignal,
  ): Promise<(source: TensorSource) => TensorSource>;
  answer(request: AnswerRequest, onText: (text: string) => void, signal: AbortSignal): Promise<Answer>;
  /** Loaded when something is searched for the first time. */
  searching(): Promise<Searching>;
}

/** What the session lends. */
export interface MeasuringSession extends Omit<EvaluationContext, "subjects" | "baseCache"> {
  /** Where what base models gave is kept. */
  readonly base: BaseRecords;
}

/** @param residency room for weights that stay on the device; a merge, which has it too, may claim it */
export function createMeasuring(session: MeasuringSession, residency: Residency): Measuring {
  const lenders = createLenders(session.shelf);
  const subjects = createSubjects(session.shelf, residency, lenders);
  const context = { ...session, subjects, lenders, baseCache: keepBaseValues(session.base) };
  return {
    ...createEvaluations(context),
    watch: (...watched) => watch(context, ...watched),
    settle: (...watched) => settle(context, ...watched),
    // Loaded for the first recipe that has a donor.
    lend: async (...asked) => (await import("../donor/lending")).lend(context, ...asked),
    lending: async (...asked) => (await import("../donor/lending")).lending(context, ...asked),
    answer: (...asked) => answer(context, ...asked),
    async searching() {
      const { createSearching } = await import("../searching/searching");
      return createSearching(context);
    },
    forget: subjects.forget,
    close: subjects.close,
  };
}
