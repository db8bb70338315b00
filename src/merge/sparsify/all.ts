import wgsl from "../../../shaders/merge/sparsify/all.wgsl?raw";
import { DENSITY } from "../parameters";
import { defineSparsifier } from "./sparsifier";

/** Keeps everything; density is accepted and not asked. */
export const keepAll = defineSparsifier({
  name: "all",
  parameters: { density: DENSITY },
  wgsl,
  imports: [],
  uniforms: {},
  keepsAll: () => true,
  choose: async () => ({ numbers: () => ({}) }),
  drop: () => {},
  tiles: () => {},
  check: () => [],
});
