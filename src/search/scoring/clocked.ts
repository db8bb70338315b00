import type { LanguageModel } from "../../lm/types";

/** The same model, which tells how long it was at work: placing weights, merging them on the way, and the forward pass. */
export function clocked(model: LanguageModel, onSeconds: (seconds: number) => void): LanguageModel {
  const timed =
    <A extends readonly unknown[], T>(work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      const begin = performance.now();
      try {
        return await work(...args);
      } finally {
        onSeconds((performance.now() - begin) / 1000);
      }
    };
  return {
    facts: model.facts,
    embed: timed((...args) => model.embed(...args)),
    layers: timed((...args) => model.layers(...args)),
    nll: timed((...args) => model.nll(...args)),
    states: timed((...args) => model.states(...args)),
    logits: timed((...args) => model.logits(...args)),
    generate: timed((...args) => model.generate(...args)),
  };
}
