import wgsl from "../../../shaders/merge/arithmetic/weightedSum.wgsl?raw";
import type { BoundMap, MapDefinition } from "../../compute/kernels/map/map";

const { fround } = Math;

const UNIFORMS = { weight: "f32[]", divisor: "f32" } as const;

/**
 * `out = (w₀·x₀ + w₁·x₁ + …) / divisor`, summed from the left, every step rounded to f32.
 * Methods that only choose coefficients (linear, slerp, a scaled passthrough) end in it.
 */
const weightedSumMap: MapDefinition<typeof UNIFORMS> = {
  name: "merge/weighted-sum",
  wgsl,
  uniforms: UNIFORMS,
  reference(x, out, { weight, divisor }) {
    out.fill(-0);
    for (const [k, values] of x.entries()) {
      const w = fround(weight[k] ?? 0);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + fround(w * (values[i] ?? 0));
    }
    if (divisor === 1) return;
    const by = fround(divisor);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) / by;
  },
  tiles(tiles, x, { weight, divisor }) {
    const out = tiles.fill(-0);
    for (const [k, values] of x.entries()) tiles.addScaled(out, out, weight[k] ?? 0, values);
    if (divisor !== 1) tiles.divide(out, out, divisor);
    return out;
  },
};

/** Weights and divisor are f64 here and rounded to f32 once. */
export function weightedSum(weight: readonly number[], divisor = 1): BoundMap<typeof UNIFORMS> {
  return { map: weightedSumMap, uniforms: () => ({ weight, divisor }) };
}
