import type { Floats } from "../../base/bytes";
import { type RandomKey, randomWords } from "../../compute/kernels/common/random";

/** 2⁻³². */
const UNIT = 2 ** -32;

/**
 * Elements start … start + count − 1 of a stream of normal numbers of mean 0 and deviation 1: Box and Muller's of the words 2i and
 * 2i + 1, so that the same element is the same number however a tensor is cut.
 */
export function normals(key: RandomKey, start: number, count: number): Floats {
  const words = wordsFrom(key, 2 * start, 2 * count);
  return Float32Array.from({ length: count }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(((words[2 * i] ?? 0) + 1) * UNIT));
    return radius * Math.cos(2 * Math.PI * (words[2 * i + 1] ?? 0) * UNIT);
  });
}

/** The first `count` numbers of a stream that are spread evenly over [−bound, bound). */
export function uniforms(key: RandomKey, bound: number, count: number): Floats {
  return Float32Array.from(wordsFrom(key, 0, count), (word) => bound * (2 * word * UNIT - 1));
}

/** Words from any place on: streams are made four at a time. */
function wordsFrom(key: RandomKey, start: number, count: number): Uint32Array {
  const from = start - (start % 4);
  const words = new Uint32Array(start - from + count);
  randomWords(key, from, words);
  return words.subarray(start - from);
}
