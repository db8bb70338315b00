import { largest, smallest } from "../../../base/lists";
/** An axis that holds all values, with a little air: linear, or logarithmic where they differ by more than a factor of ten. */
export interface Axis {
  readonly scale: "linear" | "log";
  readonly domain: [number, number];
  readonly ticks: number[];
}

const WIDE = 10;
/** The same for an axis that would start at 0, which small values keep company. */
const WIDER = 200;
/** What a logarithmic axis shows at most, as a ratio. */
const DECADES = 1e6;
const AIR = 0.06;

interface AxisOptions {
  /** Whether a linear axis starts at 0. */
  readonly zero?: boolean;
  /** The smallest span a linear axis shows, so that noise does not look like a mountain. */
  readonly least?: number;
}

export function axisFor(values: readonly number[], { zero = false, least = 0 }: AxisOptions = {}): Axis {
  const finite = values.filter(Number.isFinite);
  const positive = finite.filter((value) => value > 0);
  if (finite.length === 0) return { scale: "linear", domain: [0, 1], ticks: [0, 1] };
  const [lowest, high] = [smallest(positive), largest(finite)];
  if (zero && high / lowest > WIDER) return logAxis(Math.max(lowest, high / DECADES), high);
  if (!zero && high / lowest > WIDE) return logAxis(lowest, Math.min(high, lowest * DECADES));
  const low = zero ? 0 : smallest(finite);
  const span = Math.max(high - low, least, Math.abs(high) * 1e-6, 1e-12);
  const domain: [number, number] = [zero ? 0 : low - span * AIR, low + span * (1 + AIR)];
  return { scale: "linear", domain, ticks: linearTicks(domain) };
}

/**
 * The value, or the end of a logarithmic axis for what lies beyond it. NaN and Inf stand at the top of any: a broken model is
 * still seen to be broken.
 */
export function onAxis(value: number, { scale, domain: [low, high] }: Axis): number {
  if (!Number.isFinite(value)) return high;
  return scale === "log" ? Math.min(Math.max(value, low), high) : value;
}

export function logAxis(low: number, high: number): Axis {
  const air = (high / low) ** AIR * 1.02;
  const domain: [number, number] = [low / air, high * air];
  return { scale: "log", domain, ticks: logTicks(domain) };
}

/** Up to six round numbers: steps of 1, 2 or 5 times a power of ten. */
function linearTicks([low, high]: readonly [number, number]): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Beyond this ratio only powers of ten have room. */
const CROWDED = 300;

/** Powers of ten; with 2 and 5 times them where there is room, and thinned out where there is none. */
function logTicks([low, high]: readonly [number, number]): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = high / low < CROWDED ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((to - from) / 6));
  const powers = Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
    (power) => power % every === 0,
  );
  return powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((tick) => tick >= low && tick <= high);
}
