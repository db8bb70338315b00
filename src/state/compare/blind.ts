import { randomKey, randomWords } from "../../compute/kernels/common/random";

/**
 * An order of `count` answers, for people who should not know whose is whose: a Fisher-Yates shuffle of 0 … count − 1 with
 * the random words of the seed and the prompt. The same seed hides the same prompts in the same way.
 */
export function blindOrder(count: number, seed: number, prompt: string): number[] {
  const words = new Uint32Array(Math.max(1, count));
  randomWords(randomKey(seed, "blind", prompt), 0, words);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const pick = Math.floor(((words[last] ?? 0) / 2 ** 32) * (last + 1));
    const [a = last, b = pick] = [order[last], order[pick]];
    [order[last], order[pick]] = [b, a];
  }
  return order;
}

/** A, B, C …: what an answer is called while names are hidden. */
export function blindName(place: number): string {
  return String.fromCodePoint(65 + place);
}
