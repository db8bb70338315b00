import wgsl from "../../../shaders/merge/keepAll.wgsl?raw";
import type { Sparsifier } from "./sparsifier";

/** Keeps everything; density is not asked. */
export const keepAll: Sparsifier = {
  name: "all",
  wgsl,
  imports: [],
  uniforms: {},
  choose: async () => () => ({}),
  drop: () => {},
  check: () => [],
};
