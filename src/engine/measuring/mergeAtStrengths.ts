import type { AwaseError } from "../../base/errors";
import { own } from "../../base/own";
import type { Device } from "../../compute/device";
import type { Strengths } from "../../eval/guard/guardMachine";
import { openLanguageModel } from "../../lm/open";
import type { LanguageModel } from "../../lm/types";
import type { ModelLayers } from "../../model/layout/layerOf";
import { LayeredSource } from "../../model/sources/layered";
import type { TensorSource } from "../../model/sources/tensorSource";
import type { MergePlan } from "../../recipe/plan/plan";
import type { Problem } from "../../recipe/problems/problem";
import type { Weakening } from "../../recipe/strength/strength";
import { engineFailure } from "../failures";
import { readGenerationConfig } from "./generationConfig";
import type { OpenModel, Subjects } from "./subjects";

export interface MergeAtStrengthsOptions {
  readonly subjects: Subjects;
  readonly device: Device;
  readonly plan: MergePlan;
  readonly weakening: Weakening;
  readonly layers: ModelLayers;
  readonly signal: AbortSignal;
}

/**
 * A merge whose groups of layers have strengths of their own. Each strength is one merge, opened when it is first needed, whose tensors stay
 * on the device as far as there is room: a group takes its tensors from the merge of its strength, and none is merged twice.
 */
export class MergeAtStrengths implements Disposable {
  readonly #opened = new Map<number, Promise<OpenModel>>();

  constructor(private readonly options: MergeAtStrengthsOptions) {}

  /** The whole merge at one strength; at 0 the base, in the vocabulary of the merge. */
  at(strength: number): Promise<OpenModel> {
    return this.#at(strength);
  }

  /** The merge with these strengths; a group that is not named has 1. @throws {AwaseError} `guard/not-expressible`, `lm/…` */
  async model(strengths: Strengths): Promise<LanguageModel> {
    const { layers, plan, device } = this.options;
    const strengthOf = (group: string) => own(strengths, group) ?? 1;
    const needed = [...new Set(layers.groups.map(({ id }) => strengthOf(id)))];
    const opened = new Map<number, OpenModel>();
    for (const strength of needed) opened.set(strength, await this.#at(strength));
    const [only, ...others] = opened.values();
    if (only && others.length === 0) return only.model;
    const source = new LayeredSource(
      [...opened.values()].map((open) => open.source),
      (tensor) => sourceAt(opened, strengthOf(layers.groupOf(tensor).id)),
    );
    const generationConfig = only && (await readGenerationConfig(only.texts));
    return openLanguageModel({
      config: plan.config,
      source,
      device,
      ...(generationConfig ? { generationConfig } : {}),
    });
  }

  [Symbol.dispose](): void {
    for (const opening of this.#opened.values()) {
      void opening.then(
        (open) => open[Symbol.dispose](),
        () => undefined,
      );
    }
  }

  #at(strength: number): Promise<OpenModel> {
    const known = this.#opened.get(strength);
    if (known) return known;
    const { subjects, device, signal } = this.options;
    const opening = subjects.openPlan(this.#planAt(strength), device, "answer", signal);
    this.#opened.set(strength, opening);
    return opening;
  }

  #planAt(strength: number): MergePlan {
    const { plan, weakening, device } = this.options;
    if (strength === 1) return plan;
    const { budgetBytes } = device.info;
    const weaker = weakening.plan(() => strength, { seed: plan.seed, budgetBytes });
    if (weaker.plan) return weaker.plan;
    throw notExpressible(weaker.problems[0]);
  }
}

function sourceAt(opened: ReadonlyMap<number, OpenModel>, strength: number): TensorSource {
  const found = opened.get(strength);
  if (found) return found.source;
  throw new RangeError(`No merge was opened at strength ${strength}.`);
}

/** The recipe has no words for a weaker merge. */
export function notExpressible({ code, message }: Problem): AwaseError {
  return engineFailure("guard/not-expressible", { code, message });
}
