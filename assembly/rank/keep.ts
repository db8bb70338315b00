import { scratch } from "../layout";
import { sixteenWords } from "../tiles/philox";
import { placeOf } from "../tiles/reduce";

/** Elements of a word of the mask. */
const WORD: u32 = 24;
/** Words of a piece: two share three times sixteen random words. */
const PIECE: u32 = 256;

/**
 * Draws on which elements are kept, by a bound on the random word that each rank has. Numbers of a job at `at`: ranks, bounds, words; start,
 * elements, first word, words, length, inner, key low, key high: see `src/compute/kernels/rank/keepByRank.ts`.
 */
export function keepByRank(at: usize, piece: u32): void {
  const words = load<u32>(at, 24);
  const end = min(words, (piece + 1) * PIECE);
  for (let word = piece * PIECE; word < end; word += 2) {
    const first = (load<u32>(at, 20) + word) * WORD;
    for (let i: u32 = 0; i < 3; i++) {
      sixteenWords(scratch + i * 64, (first >> 2) + i * 4, load<u32>(at, 36), load<u32>(at, 40));
    }
    keepWord(at, word, scratch);
    if (word + 1 < end) keepWord(at, word + 1, scratch + WORD * 4);
  }
}

function keepWord(at: usize, word: u32, random: usize): void {
  const ranks: usize = load<u32>(at);
  const bounds: usize = load<u32>(at, 4);
  const start = load<u32>(at, 12);
  const first = (load<u32>(at, 20) + word) * WORD;
  const end = min(first + WORD, start + load<u32>(at, 16));
  let kept: u32 = 0;
  for (let i = max(first, start); i < end; i++) {
    const rank = load<u32>(ranks + (placeOf(i - start, load<u32>(at, 28), load<u32>(at, 32)) << 2));
    const below = load<u32>(random + ((i - first) << 2)) < load<u32>(bounds + (rank << 2));
    kept |= u32(below) << (i - first);
  }
  store<u32>(load<u32>(at, 8) + (word << 2), kept);
}
