import type { EngineClient } from "../../src/engine/boundary/client";
import { bundledSets } from "../../src/eval/prompts/bundled";

const SAMPLES = ["llama-base", "llama-ja", "llama-math"] as const;

/** From a moved slider to the new perplexity, as the page asks for it. */
export interface Slider {
  readonly prompts: number;
  /** The first measurement: models are read and kernels compiled. */
  readonly firstSeconds: number;
  /** Of the moves after it. */
  readonly medianSeconds: number;
  readonly longestSeconds: number;
}

const MOVES = 7;

/** Moves the weight of one sample in small steps and waits for the perplexity of each. */
export async function slider(engine: EngineClient): Promise<Slider> {
  for (const name of SAMPLES) await engine.addModel({ kind: "sample", name });
  const sets = bundledSets().filter(({ id }) => id === "samples-mixed");
  const measure = async (weight: number) => {
    const started = performance.now();
    const [evaluation] = await engine.evaluate({
      subject: { kind: "recipe", recipe: recipe(weight), seed: 0 },
      sets,
      measures: ["perplexity"],
      positions: "tail:8",
      maxTokens: 1,
    });
    if (!Number.isFinite(evaluation?.perplexity?.tokenWeighted)) throw new Error("There was no perplexity.");
    return (performance.now() - started) / 1000;
  };
  const firstSeconds = await measure(0.5);
  const seconds: number[] = [];
  for (let move = 1; move <= MOVES; move++) seconds.push(await measure(0.5 + 0.01 * move));
  seconds.sort((a, b) => a - b);
  return {
    prompts: sets[0]?.prompts.length ?? 0,
    firstSeconds,
    medianSeconds: seconds[MOVES >> 1] ?? 0,
    longestSeconds: seconds.at(-1) ?? 0,
  };
}

function recipe(weight: number): string {
  const [base, ja, math] = SAMPLES;
  return `merge_method: task_arithmetic
base_model: ${base}
models:
  - model: ${ja}
    parameters: {weight: ${weight.toFixed(2)}}
  - model: ${math}
    parameters: {weight: 0.5}
dtype: float32
`;
}
