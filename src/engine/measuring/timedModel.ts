import type { Activations, LanguageModel } from "../../lm/types";

/**
 * The same model, which tells of each pass how long it took: from embedding to likelihoods, that is with the wait for the device.
 * @param onPass is given the tokens of the pass and its seconds
 */
export function timedModel(model: LanguageModel, onPass: (tokens: number, seconds: number) => void): LanguageModel {
  const begun = new WeakMap<Activations, number>();
  return {
    facts: model.facts,
    async embed(sequences, signal) {
      const at = performance.now();
      const activations = await model.embed(sequences, signal);
      begun.set(activations, at);
      return activations;
    },
    layers: (activations, from, to, options) => model.layers(activations, from, to, options),
    async nll(activations, signal) {
      const found = await model.nll(activations, signal);
      const at = begun.get(activations);
      const tokens = activations.sequences.reduce((sum, { length }) => sum + length, 0);
      if (at !== undefined) onPass(tokens, (performance.now() - at) / 1000);
      return found;
    },
    states: (activations, positions, signal) => model.states(activations, positions, signal),
    logits: (states, signal) => model.logits(states, signal),
    generate: (prompts, options) => model.generate(prompts, options),
  };
}
