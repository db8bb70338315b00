import type { Generated } from "../../lm/types";
import type { TokenIds } from "../../tokens/types";
import { defineMeasure } from "../defineMeasure";
import type { GenerationHealth } from "../types";
import { percent } from "./lines";
import { mean } from "./statistics";

/** n of the n-grams whose repetition counts. Source of all four: reference 4.7, 4.6. */
const GRAM = 4;
const LONGEST_PERIOD = 50;
const LOOP_TURNS = 3;
/** More runaway answers than the base's by this share, and the model is flagged. */
const RUNAWAY_EXCESS = 0.2;

/** 1 − unique n-grams / n-grams of an answer: 0 where none comes twice, or it is too short to have two. */
export function repetition(ids: TokenIds): number {
  const grams = ids.slice(GRAM - 1).map((_, at) => ids.slice(at, at + GRAM).join());
  return grams.length === 0 ? 0 : 1 - new Set(grams).size / grams.length;
}

/** Whether an answer ends with the same stretch of at most 50 tokens three times or more. */
export function endsInLoop(ids: TokenIds): boolean {
  for (let period = 1; period <= LONGEST_PERIOD && period * LOOP_TURNS <= ids.length; period++) {
    const turns = ids.slice(-period * LOOP_TURNS);
    if (turns.every((id, at) => at < period || id === turns[at - period])) return true;
  }
  return false;
}

/** What the answers to a set look like, and how they differ from the base's to the same prompts. */
export function generationHealth(answers: readonly Generated[], base?: readonly Generated[]): GenerationHealth {
  const runaway = share(answers, ({ ended }) => ended === "length");
  const meanTokens = mean(answers.map(({ ids }) => ids.length));
  const againstBase = base && {
    runaway: runaway - share(base, ({ ended }) => ended === "length"),
    lengthRatio: meanTokens / mean(base.map(({ ids }) => ids.length)),
  };
  return {
    runaway,
    meanTokens,
    repetition: mean(answers.map(({ ids }) => repetition(ids))),
    loops: share(answers, ({ ids }) => endsInLoop(ids)),
    ...(againstBase && { againstBase }),
    flagged: (againstBase?.runaway ?? 0) > RUNAWAY_EXCESS,
  };
}

function share(answers: readonly Generated[], holds: (answer: Generated) => boolean): number {
  return mean(answers.map((answer) => Number(holds(answer))));
}

export const generationMeasure = defineMeasure({
  id: "generation",
  reads: "answers",
  base: "asked",
  suits: ({ answer }) => answer !== undefined,
  onlyNamed: true,
  to: () => true,
  read(answers): { readonly generation: GenerationHealth } | undefined {
    if (answers.length === 0) return undefined;
    const base = answers.flatMap((answer) => answer.base ?? []);
    return {
      generation: generationHealth(
        answers.map(({ own }) => own),
        base.length > 0 ? base : undefined,
      ),
    };
  },
  figures: ({ generation }) => (generation ? [{ name: "runaway", kind: "share", value: generation.runaway }] : []),
  lines({ generation }) {
    if (!generation) return [];
    const { runaway, meanTokens, repetition, loops } = generation;
    return [
      ["Answers", `${meanTokens.toFixed(1)} tokens, ${percent(runaway)} run into the limit`],
      ["Repetition", `${percent(repetition)} of 4-grams, ${percent(loops)} end in a loop`],
    ];
  },
});
