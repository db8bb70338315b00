/** One thing that is searched. */
export type Parameter =
  | (NumberRange & { readonly kind: "float" | "int" })
  | (Named & { readonly kind: "choice"; readonly choices: number });

interface Named {
  readonly name: string;
  /** It is there only while another, which stands before it, has one of these values (a choice: its number). */
  readonly when?: { readonly parameter: number; readonly values: readonly number[] };
}

interface NumberRange extends Named {
  readonly low: number;
  readonly high: number;
  /** Steps are factors; `low` is above 0 then. */
  readonly log: boolean;
}

export type RangedParameter = Extract<Parameter, { readonly low: number }>;
export type ChoiceParameter = Extract<Parameter, { readonly kind: "choice" }>;

/** What is searched, in the order of points. */
export type Space = readonly Parameter[];

/** A value for each parameter, of a choice its number; `null` where the parameter is not there. Plain data, to be kept as JSON. */
export type Point = readonly (number | null)[];

/** Whether a parameter is there, the values of those before it being known. */
export function isThere({ when }: Parameter, point: Point): boolean {
  const value = when && point[when.parameter];
  return !when || (typeof value === "number" && when.values.includes(value));
}

/** A point whose parameters are worked out one after the other; those that are not there stay out. */
export function pointOf(space: Space, value: (parameter: Parameter, index: number) => number): Point {
  const point: (number | null)[] = [];
  for (const [index, parameter] of space.entries()) {
    point.push(isThere(parameter, point) ? value(parameter, index) : null);
  }
  return point;
}

/**
 * Where a range begins and ends on the scale on which it is searched: its own, or ln; a whole number stands for the half above and below it.
 */
export function scaled({ kind, low, high, log }: RangedParameter): readonly [number, number] {
  const half = kind === "int" ? 0.5 : 0;
  return log ? [Math.log(low - half), Math.log(high + half)] : [low - half, high + half];
}

/** From [0, 1] to a value of the range. */
export function valueAt(parameter: RangedParameter, unit: number): number {
  const [low, high] = scaled(parameter);
  const at = low + Math.min(1, Math.max(0, unit)) * (high - low);
  return legal(parameter, parameter.log ? Math.exp(at) : at);
}

/** From a value of the range to [0, 1]. */
export function unitOf(parameter: RangedParameter, value: number): number {
  const [low, high] = scaled(parameter);
  return high > low ? ((parameter.log ? Math.log(value) : value) - low) / (high - low) : 0;
}

/** The nearest value that the range has. */
export function legal({ kind, low, high }: RangedParameter, value: number): number {
  return Math.min(high, Math.max(low, kind === "int" ? Math.round(value) : value));
}

export function samePoint(a: Point, b: Point): boolean {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}
