import wgsl from "../../../../shaders/rank/rankRows.wgsl?raw";
import { job } from "../../fast";
import { define, reads, words, writes } from "../link/define";

/** Keys of longer rows do not fit beside their places in the 53 bits of a number. */
const PACKED_PLACES = 2 ** 22;

/**
 * Ranks in each row of keys, 0 for the smallest, equals by place. Buffers: keys u32 [rows, length], room for twice as many pairs of u32,
 * ranks u32 [rows, length]. One workgroup per row.
 */
export const rankRows = define({
  name: "rank/rows",
  wgsl,
  constants: { THREADS: 128 },
  buffers: { keys: reads("array<u32>"), order: writes("array<vec2u>"), ranks: writes("array<u32>") },
  uniforms: { rows: "u32", length: "u32" },
  reference([keyBytes, , rankBytes], { rows, length }) {
    const [keys, ranks] = [words(keyBytes), words(rankBytes)];
    for (let row = 0; row < rows; row++) {
      const own = keys.subarray(row * length, (row + 1) * length);
      for (const [rank, place] of placesInOrder(own).entries()) ranks[row * length + place] = rank;
    }
  },
  fast: ([keys = 0, order = 0, ranks = 0], { rows, length }) =>
    job("rankRows", [keys, order, ranks, rows, length], rows),
});

/** The places of the keys from the smallest to the largest. */
function placesInOrder(keys: Uint32Array): Uint32Array {
  if (keys.length > PACKED_PLACES) {
    return Uint32Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  }
  const pairs = Float64Array.from(keys, (key, place) => key * PACKED_PLACES + place).sort();
  return Uint32Array.from(pairs, (pair) => pair % PACKED_PLACES);
}
