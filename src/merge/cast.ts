import wgsl from "../../shaders/merge/cast.wgsl?raw";
import type { BoundMap, MapDefinition } from "../compute/map";

const castMap: MapDefinition = {
  name: "merge/cast",
  wgsl,
  uniforms: {},
  bits: true,
  reference([x], out) {
    if (x) out.set(x);
  },
};

/** One input in another dtype. */
export const cast: BoundMap = { map: castMap, uniforms: () => ({}) };
