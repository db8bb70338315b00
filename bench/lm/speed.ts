import type { Device } from "../../src/compute/device";
import { shareOf } from "../../src/compute/memoryLedger";
import type { Model } from "../../src/model/model";
import { ResidentSource } from "../../src/model/sources/resident";
import { anyTokens, openOver } from "./opened";
import { type Clock, secondsOf } from "./timing";

/** Tokens per second of one text, weights on the device. */
export interface Speed {
  readonly model: string;
  readonly parameters: number;
  /** Tokens of the prompt that is taken in at once. */
  readonly promptTokens: number;
  readonly prefill: number;
  readonly decode: number;
}

const SHORT_PROMPT = 16;

/** How fast a model takes in a prompt, and how fast it answers. */
export async function speed(
  device: Device,
  checkpoint: Model,
  { promptTokens, answerTokens }: { readonly promptTokens: number; readonly answerTokens: number },
  clock?: Clock,
): Promise<Speed> {
  const elements = [...checkpoint.tensors.values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  using source = new ResidentSource(
    checkpoint.weights,
    device,
    shareOf(device.info.budgetBytes, "measuring", "weights"),
  );
  const model = await openOver(checkpoint, source, device);
  const { layers, vocabulary } = model.facts;
  const prompt = anyTokens(promptTokens, vocabulary);
  const prefill = await secondsOf(async () => {
    using activations = await model.embed([prompt]);
    await model.layers(activations, 0, layers);
    await model.logits(await model.states(activations, [{ sequence: 0, at: promptTokens - 1 }]));
  }, clock);
  const answer = (maxTokens: number) =>
    secondsOf(
      () => model.generate([prompt.slice(0, SHORT_PROMPT)], { maxTokens, temperature: 0, topP: 1, seed: 0, stop: [] }),
      clock,
    );
  const [one, many] = [await answer(1), await answer(1 + answerTokens)];
  return {
    model: checkpoint.key,
    parameters: elements.reduce((a, b) => a + b, 0),
    promptTokens,
    prefill: promptTokens / prefill,
    decode: answerTokens / (many - one),
  };
}
