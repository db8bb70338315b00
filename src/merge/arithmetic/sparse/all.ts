import wgsl from "../../../../shaders/merge/arithmetic/sparse/all.wgsl?raw";
import type { SparsifierKernel } from "../../sparsify/sparsifier";

/** What `keepAll` of `src/merge/sparsify` decides by. */
export const keepAll: SparsifierKernel<{ readonly density: number }> = {
  name: "all",

  wgsl,

  imports: [],

  uniforms: {},

  choose: async () => ({ numbers: () => ({}) }),

  drop: () => {},

  tiles: () => {},
};
