import type { Device } from "../../src/compute/device";
import { openLanguageModel } from "../../src/lm/open";
import type { LanguageModel } from "../../src/lm/types";
import type { Model } from "../../src/model/model";
import type { TensorSource } from "../../src/model/sources/tensorSource";
import type { TokenIds } from "../../src/tokens/types";

export function openOver(checkpoint: Model, source: TensorSource, device: Device): Promise<LanguageModel> {
  return openLanguageModel({ config: checkpoint.config, source, device });
}

/** A text of made-up tokens: what they are does not change how long they take. */
export function anyTokens(count: number, vocabulary: number): TokenIds {
  return Array.from({ length: count }, (_, i) => (i * 7919 + 13) % vocabulary);
}

/** All of a forward pass that a measurement of perplexity needs. */
export async function perplexityPass(model: LanguageModel, texts: readonly TokenIds[]): Promise<void> {
  using activations = await model.embed(texts);
  await model.layers(activations, 0, model.facts.layers);
  await model.nll(activations);
}
