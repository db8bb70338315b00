import { philox, randomKey } from "../../compute/kernels/common/random";

export interface SamplingOptions {
  /** 0 is greedy. */
  readonly temperature: number;
  readonly topP: number;
}

/**
 * Chooses a token from its logits. Greedy: the largest logit, the lowest id among equals. Else by softmax of logits / temperature in f64,
 * among the most likely ids whose probabilities add up to `topP`: the id where the running sum passes `uniform` of them.
 * @param uniform in [0, 1)
 */
export function chooseToken(logits: Float32Array, { temperature, topP }: SamplingOptions, uniform: number): number {
  const best = largest(logits);
  if (temperature === 0) return best;
  const top = logits[best] ?? 0;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Ids less likely than this add up to less than 1 − topP even if all were as likely: they are never among those kept.
  const floor = ((1 - topP) * total) / Math.max(1, weights.length - 1);
  const ids = [...weights.keys()].filter((id) => (weights[id] ?? 0) >= floor);
  if (topP < 1) ids.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  let kept = 0;
  let mass = 0;
  while (kept < ids.length && (kept === 0 || mass < topP * total)) mass += weights[ids[kept++] ?? best] ?? 0;
  let left = uniform * mass;
  for (const id of ids.slice(0, kept)) {
    left -= weights[id] ?? 0;
    if (left < 0) return id;
  }
  return ids[kept - 1] ?? best;
}

/** Index of the largest; of NaN alone, the first. */
function largest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) {
    const [logit = Number.NaN, top = Number.NaN] = [logits[id], logits[best]];
    if (logit > top || (Number.isNaN(top) && !Number.isNaN(logit))) best = id;
  }
  return best;
}

/** Random numbers of one answer, by the number of its token: the same whatever else is generated beside it. */
export function tokenUniforms(seed: number, sequence: number): (token: number) => number {
  const key = randomKey(seed, "generate", String(sequence));
  const words = new Uint32Array(4);
  return (token) => {
    philox(key, token, 0, 0, 0, words);
    return (words[0] ?? 0) / 2 ** 32;
  };
}
