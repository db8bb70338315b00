import { largest } from "../../../base/lists";
import type { Random } from "../../numbers/random";
import type { Parameter } from "../../space/space";
import { type Kernels, kernelsOf } from "./kernels";

/** Of how many of the last observations each counts in full. */
const RECENT = 25;

/** Kernels over some parameters together: each observation is one, and one is for what is not known. */
export interface Mixture {
  /** ln of the density of values, in the order of the parameters. */
  lnDensity(values: readonly number[]): number;
  draw(random: Random): readonly number[];
}

/** @param observed values of each observation, in the order of the parameters, oldest first */
export function mixtureOf(parameters: readonly Parameter[], observed: readonly (readonly number[])[]): Mixture {
  const kernels = parameters.map((parameter, k) =>
    kernelsOf(
      parameter,
      observed.map((values) => values[k] ?? 0),
    ),
  );
  const weights = observed.length === 0 ? [1] : [...weightsOf(observed.length), 1];
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    lnDensity: (values) => lnDensity(kernels, weights, whole, values),
    draw(random) {
      let left = random.uniform() * whole;
      const drawn = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      const kernel = drawn < 0 ? weights.length - 1 : drawn;
      return kernels.map((each) => each.draw(kernel, random));
    },
  };
}

function lnDensity(
  kernels: readonly Kernels[],
  weights: readonly number[],
  whole: number,
  values: readonly number[],
): number {
  const parts = Float64Array.from(weights, (weight) => Math.log(weight / whole));
  for (const [k, kernel] of kernels.entries()) kernel.addTo(parts, values[k] ?? 0);
  const most = largest(parts, Number.NEGATIVE_INFINITY);
  if (most === Number.NEGATIVE_INFINITY) return most;
  return most + Math.log(parts.reduce((sum, part) => sum + Math.exp(part - most), 0));
}

/** 1 for the last 25, older ones less and less, down to 1/n. */
function weightsOf(count: number): readonly number[] {
  if (count < RECENT) return Array.from({ length: count }, () => 1);
  const ramp = count - RECENT;
  return Array.from({ length: count }, (_, k) => {
    if (k >= ramp) return 1;
    return ramp === 1 ? 1 / count : 1 / count + (k / (ramp - 1)) * (1 - 1 / count);
  });
}
