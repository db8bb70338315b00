import skeleton from "../../../../shaders/rank/rowKeys.wgsl?raw";
import { memo } from "../../../base/memo";
import { keyBits } from "../common/keys";
import type { Reduction } from "../reduce/termsKernel";
import { placeOf } from "./rows";

/** Elements that a workgroup lays. */
export const ROW_KEYS_ELEMENTS = 128 * 8;

/** Lays the keys of one term row by row. Uniforms: see `rowKeys.wgsl`. */
export const rowKeysReduction = memo(
  (term: number): Reduction => ({
    name: "row keys",
    part: { from: term, size: 1 },
    skeleton,
    imports: ["keys.wgsl"],
    output: ["keys", "array<u32>"],
    uniforms: { begin: "u32", end: "u32", before: "u32", length: "u32", inner: "u32", slab: "u32" },
    tiles(tiles, _, register, output, numbers) {
      const [begin, end, before] = [numbers.begin, numbers.end, numbers.before].map(Number) as [number, number, number];
      tiles.rowKeys(register, output, begin, end, before, Number(numbers.length), Number(numbers.inner));
    },
    reference([values = new Float32Array()], output, numbers) {
      const keys = new Uint32Array(output.buffer, output.byteOffset, output.byteLength / 4);
      const made = keyBits(values);
      const rows = { length: Number(numbers.length), inner: Number(numbers.inner) };
      const [begin, before] = [Number(numbers.begin), Number(numbers.before)];
      for (let i = begin; i < Number(numbers.end); i++) keys[placeOf(before + i - begin, rows)] = made[i] ?? 0;
    },
  }),
);
