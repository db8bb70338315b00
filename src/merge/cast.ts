import wgsl from "../../shaders/merge/cast.wgsl?raw";
import type { BoundMap, MapDefinition } from "../compute/kernels/map/map";
import type { MergeMethod } from "./types";

const castMap: MapDefinition = {
  name: "merge/cast",
  wgsl,
  uniforms: {},
  bits: true,
  reference([x], out) {
    if (x) out.set(x);
  },
  tiles: (tiles, [x]) => x ?? tiles.take(),
};

const cast: BoundMap = { map: castMap, uniforms: () => ({}) };

/** One input in another dtype. No recipe names it: it is what a copy becomes where the dtypes differ. */
export const castMethod: Pick<MergeMethod, "id" | "prepare"> = { id: "cast", prepare: async () => cast };
