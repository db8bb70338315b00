import wgsl from "../../../shaders/merge/arithmetic/nearswap.wgsl?raw";
import type { BoundMap, MapDefinition } from "../../compute/kernels/map/map";

const { fround } = Math;

/** A smaller difference is not divided by. */
const LEAST = 1e-6;

const UNIFORMS = { t: "f32", least: "f32" } as const;

/** `q·x + (1 − q)·b`, with q = t / |b − x| between 0 and 1. reference/merge-methods.md 2.14 */
const nearswapMap: MapDefinition<typeof UNIFORMS> = {
  name: "merge/nearswap",
  wgsl,
  uniforms: UNIFORMS,
  reference([base = new Float32Array(), other = new Float32Array()], out, values) {
    const [t, least] = [fround(values.t), fround(values.least)];
    for (let i = 0; i < out.length; i++) {
      const [b = 0, x = 0] = [base[i], other[i]];
      const inverse = fround(1 / Math.max(Math.abs(fround(b - x)), least));
      const near = Math.min(1, Math.max(0, fround(inverse * t)));
      out[i] = fround(near * x) + fround(fround(1 - near) * b);
    }
  },
  tiles(tiles, [base = tiles.take(), other = tiles.take()], { t, least }) {
    const [one, zero] = [tiles.fill(1), tiles.fill(0)];
    const apart = tiles.difference(base, other);
    tiles.abs(apart, apart);
    tiles.maximum(apart, apart, tiles.fill(least));
    const near = tiles.quotient(one, apart);
    tiles.scale(near, near, t);
    tiles.maximum(near, zero, near);
    tiles.minimum(near, one, near);
    const out = tiles.product(near, other);
    const rest = tiles.product(tiles.difference(one, near), base);
    tiles.add(out, out, rest);
    return out;
  },
};

export function near(t: number): BoundMap<typeof UNIFORMS> {
  return { map: nearswapMap, uniforms: () => ({ t, least: LEAST }) };
}
