import wgsl from "../../../../shaders/rank/keepByRank.wgsl?raw";
import { job } from "../../fast";
import { randomWords } from "../common/random";
import { define, reads, words, writes } from "../link/define";
import { placeOf } from "./rows";

/** Elements that share a word: as many bits as f32 holds, so that a table of numbers can bring them. A multiple of 4. */
export const WORD = 24;
export const KEEP_THREADS = 64;
/** As `assembly/rank/keep.ts` has it. */
const WORDS_OF_A_PIECE = 256;

/**
 * Draws on which elements are kept, by a bound on the random word that each rank has. Buffers: ranks u32, bounds u32 [length], words of WORD
 * bits u32. Uniforms: see `keepByRank.wgsl`.
 */
export const keepByRank = define({
  name: "rank/keep",
  wgsl,
  imports: ["philox.wgsl"],
  constants: { THREADS: KEEP_THREADS, WORD },
  buffers: { ranks: reads("array<u32>"), bounds: reads("array<u32>"), kept: writes("array<u32>") },
  uniforms: {
    start: "u32",
    elements: "u32",
    first_word: "u32",
    words: "u32",
    length: "u32",
    inner: "u32",
    slab: "u32",
    key_low: "u32",
    key_high: "u32",
  },
  reference([rankBytes, boundBytes, keptBytes], { start, elements, first_word, key_low, key_high, ...numbers }) {
    const [ranks, bounds, kept] = [words(rankBytes), words(boundBytes), words(keptBytes)];
    const first = first_word * WORD;
    const random = new Uint32Array(numbers.words * WORD);
    randomWords([key_low, key_high], first, random);
    kept.fill(0, 0, numbers.words);
    for (let e = 0; e < elements; e++) {
      const at = start + e - first;
      if ((random[at] ?? 0) >= (bounds[ranks[placeOf(e, numbers)] ?? 0] ?? 0)) continue;
      const word = Math.floor(at / WORD);
      kept[word] = (kept[word] ?? 0) | (1 << (at % WORD));
    }
  },
  fast([ranks = 0, bounds = 0, kept = 0], { start, elements, first_word, words, length, inner, key_low, key_high }) {
    const numbers = [ranks, bounds, kept, start, elements, first_word, words, length, inner, key_low, key_high];
    return job("keepByRank", numbers, Math.ceil(words / WORDS_OF_A_PIECE));
  },
});
