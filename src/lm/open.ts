import type { Device } from "../compute/device";
import type { JsonObject } from "../model/model";
import type { TensorSource } from "../model/sources/tensorSource";
import { checkBorneOut } from "./borneOut";
import { DecoderModel } from "./languageModel";
import { specOf } from "./specOf";
import type { LanguageModel, LanguageModelFacts } from "./types";
import { limitsOf } from "./weights/limits";
import { WeightNames } from "./weights/weightNames";
import { planWeights } from "./weights/weightPlan";

export interface OpenLanguageModel {
  /** `config.json`. */
  readonly config: JsonObject;
  /** `generation_config.json`, where there is one: its end tokens count too. */
  readonly generationConfig?: JsonObject;
  readonly source: TensorSource;
  readonly device: Device;
  /** Whether the next layer's weights are placed while one is used; yes unless given. */
  readonly prefetch?: boolean;
}

/**
 * The forward pass of a model. Reads no weight: what is missing or of the wrong shape is found in the source's list of tensors.
 * @throws {AwaseError} `lm/architecture`, `lm/config`, `lm/unsupported`, `lm/no-tensor`, `lm/shape`, `lm/too-large`, `model/not-float`
 */
export async function openLanguageModel(options: OpenLanguageModel): Promise<LanguageModel> {
  const { config, generationConfig = {}, source, device, prefetch = true } = options;
  checkBorneOut(config, source.tensors);
  const spec = specOf(config);
  const names = new WeightNames(source.tensors, config, spec.architecture);
  const plan = planWeights(spec, names, device.info);
  const facts: LanguageModelFacts = {
    layers: spec.layers.length,
    hidden: spec.hidden,
    vocabulary: plan.head.rows,
    eos: [...new Set([...tokenIds(config.eos_token_id), ...tokenIds(generationConfig.eos_token_id)])],
  };
  return new DecoderModel(facts, { spec, plan, source, device, limits: limitsOf(spec, device.info, prefetch) });
}

/** `eos_token_id` is one id or a list of them. */
function tokenIds(value: unknown): readonly number[] {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
  return listed.filter((id): id is number => typeof id === "number" && Number.isSafeInteger(id) && id >= 0);
}
