import skeleton from "../../../../shaders/reduce/leafKeys.wgsl?raw";
import { memo } from "../../../base/memo";
import { LEAF } from "../../blocks";
import { keyBits } from "../common/keys";
import type { Reduction } from "./termsKernel";

/** Gives the keys of up to one leaf: LEAF numbers per term, one term after the other. */
export const keysReduction = memo((terms: number): Reduction => {
  return {
    name: "keys",
    part: { from: 0, size: terms },
    skeleton,
    imports: ["keys.wgsl"],
    output: ["keys", "array<vec4u>"],
    uniforms: {},
    reference(values, output) {
      const keys = new Uint32Array(output.buffer, output.byteOffset, terms * LEAF);
      values.forEach((term, t) => {
        keys.set(keyBits(term), t * LEAF);
      });
    },
    tiles: (tiles, term, register, output) => tiles.keys(register, output + 4 * LEAF * term),
  };
});
