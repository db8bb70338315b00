import { lnNormalBetween, lnNormalDensity, normalBelow, normalQuantile } from "../../numbers/normal";
import type { Random } from "../../numbers/random";
import { type ChoiceParameter, legal, type Parameter, type RangedParameter, scaled } from "../../space/space";

/**
 * Kernels around the values that one parameter had, and one more for what is not known: of a number normal curves cut off at the ends of
 * its range, of a choice a leaning to what was seen. Source: reference/search.md 2.3 (Optuna 5).
 */
export interface Kernels {
  /** Observations, and one. */
  readonly count: number;
  /** Adds ln of what each kernel gives a value: a density (of ln x on a log scale), of whole numbers and choices a probability. */
  addTo(sums: Float64Array, value: number): void;
  draw(kernel: number, random: Random): number;
}

export function kernelsOf(parameter: Parameter, observed: readonly number[]): Kernels {
  return parameter.kind === "choice" ? choiceKernels(parameter, observed) : numberKernels(parameter, observed);
}

function numberKernels(parameter: RangedParameter, observed: readonly number[]): Kernels {
  const { kind, log } = parameter;
  const [low, high] = scaled(parameter);
  const on = (value: number) => (log ? Math.log(value) : value);
  const curves = curvesOf(observed.map(on), low, high);
  const lnWhole = curves.map(({ mean, width }) => lnNormalBetween((low - mean) / width, (high - mean) / width));
  const lnHeight = curves.map(({ width }, k) => -Math.log(width) - (lnWhole[k] ?? 0));
  return {
    count: curves.length,
    addTo(sums, value) {
      if (kind === "int") {
        const [from, to] = [on(value - 0.5), on(value + 0.5)];
        for (const [k, { mean, width }] of curves.entries()) {
          sums[k] = (sums[k] ?? 0) + lnNormalBetween((from - mean) / width, (to - mean) / width) - (lnWhole[k] ?? 0);
        }
        return;
      }
      const x = on(value);
      for (const [k, { mean, width }] of curves.entries()) {
        sums[k] = (sums[k] ?? 0) + lnNormalDensity((x - mean) / width) + (lnHeight[k] ?? 0);
      }
    },
    draw(kernel, random) {
      const { mean, width } = curves[kernel] ?? { mean: (low + high) / 2, width: high - low };
      const [from, to] = [normalBelow((low - mean) / width), normalBelow((high - mean) / width)];
      const share = Math.min(1 - 1e-16, Math.max(1e-300, from + random.uniform() * (to - from)));
      const x = Math.min(high, Math.max(low, mean + width * normalQuantile(share)));
      return legal(parameter, log ? Math.exp(x) : x);
    },
  };
}

interface Curve {
  readonly mean: number;
  readonly width: number;
}

/** As wide as the farther neighbour is away; the last one is the prior, over all of the range. */
function curvesOf(means: readonly number[], low: number, high: number): readonly Curve[] {
  const range = high - low;
  const narrowest = range / Math.min(100, 2 + means.length);
  const order = [...means.keys()].sort((a, b) => (means[a] ?? 0) - (means[b] ?? 0));
  const widths = means.map(() => range);
  for (const [place, at] of order.entries()) {
    const mean = means[at] ?? 0;
    const [before, after] = [order[place - 1], order[place + 1]];
    const alone = means.length < 2;
    const left = before === undefined ? (alone ? mean - low : 0) : mean - (means[before] ?? 0);
    const right = after === undefined ? (alone ? high - mean : 0) : (means[after] ?? 0) - mean;
    widths[at] = Math.min(range, Math.max(narrowest, left, right));
  }
  return [...means.map((mean, k) => ({ mean, width: widths[k] ?? range })), { mean: (low + high) / 2, width: range }];
}

function choiceKernels({ choices }: ChoiceParameter, observed: readonly number[]): Kernels {
  const base = 1 / (observed.length + 1);
  const whole = choices * base + 1;
  const of = (kernel: number, choice: number) =>
    kernel === observed.length ? 1 / choices : (base + (observed[kernel] === choice ? 1 : 0)) / whole;
  return {
    count: observed.length + 1,
    addTo(sums, value) {
      for (let kernel = 0; kernel <= observed.length; kernel++) {
        sums[kernel] = (sums[kernel] ?? 0) + Math.log(of(kernel, value));
      }
    },
    draw(kernel, random) {
      let left = random.uniform();
      for (let choice = 0; choice < choices - 1; choice++) {
        left -= of(kernel, choice);
        if (left < 0) return choice;
      }
      return choices - 1;
    },
  };
}
