import { largest } from "../../base/lists";
import type { SettingValue } from "../parse/recipe";
import { gradientPosition, matchingItem, valueAt } from "../plan/resolve";

/** A tensor that reads a setting, and the value it is to find there. */
export interface Reading {
  /** The name that filters see. */
  readonly name: string;
  /** Place in its slice; absent outside of layers. */
  readonly layer?: {
    readonly index: number;
    /** Layers of the slice. */
    readonly count: number;
    /** What stands in the name up to the layer's number, and after it. */
    readonly prefix: string;
    readonly rest: string;
  };
  readonly value: number;
}

/** One line of a setting, as it is written. */
export type WrittenItem = { readonly filter?: string; readonly value: SettingValue };

/**
 * Writes values down as a setting of a recipe: for each filter one number per layer (a gradient of as many numbers as there are layers
 * takes exactly one for each), and before that the exceptions, by name: tensors outside of layers, which would read a
 * gradient's first number, and what the filters do not tell apart.
 *
 * @param filters to be kept, in order; what none of them matches gets a line of its own
 * @returns `undefined` where names cannot tell the tensors apart
 */
export function settingFor(
  filters: readonly string[],
  readings: readonly Reading[],
): SettingValue | readonly WrittenItem[] | undefined {
  const layers = largest(
    readings.map(({ layer }) => layer?.count ?? 0),
    0,
  );
  const items = byFilter(filters, readings, layers);
  const wrong = readings.filter((reading) => !isRight(items, reading));
  const all = [...exceptions(wrong, readings), ...items];
  if (!readings.every((reading) => isRight(all, reading))) return undefined;
  const [only] = all;
  return only && all.length === 1 && only.filter === undefined ? only.value : all;
}

/** The line of each filter: what most of its weights agree on, layer by layer, after those that do not. */
function byFilter(filters: readonly string[], readings: readonly Reading[], layers: number): readonly WrittenItem[] {
  const items: WrittenItem[] = [];
  let left = readings;
  for (const filter of [...new Set(filters), undefined]) {
    const line = filter === undefined ? {} : { filter };
    const here = left.filter(({ name }) => matchingItem([line], name));
    left = left.filter((reading) => !here.includes(reading));
    const [common, ...others] = gradients(here, layers);
    for (const { rests, value } of others) for (const rest of rests) items.push({ filter: rest, value });
    const value = common?.value ?? here[0]?.value;
    if (value !== undefined) items.push({ ...line, value });
  }
  return items;
}

/** One number per layer for each kind of weight, kinds that agree together; the largest such group first. */
function gradients(readings: readonly Reading[], layers: number) {
  const kinds = new Map<string, (number | undefined)[]>();
  for (const { layer, value } of readings) {
    if (layer?.count !== layers) continue;
    const values = kinds.get(layer.rest) ?? new Array<number | undefined>(layers).fill(undefined);
    values[layer.index] = value;
    kinds.set(layer.rest, values);
  }
  const groups = new Map<string, { rests: string[]; value: SettingValue }>();
  for (const [rest, values] of kinds) {
    const value = simplest(values);
    const key = JSON.stringify(value);
    const group = groups.get(key);
    if (group) group.rests.push(rest);
    else groups.set(key, { rests: [rest], value });
  }
  return [...groups.values()].sort((a, b) => b.rests.length - a.rests.length);
}

/** A number where all layers have it; a layer without a value takes its neighbour's. */
function simplest(values: readonly (number | undefined)[]): SettingValue {
  let last = values.find((value) => value !== undefined) ?? 0;
  const filled = values.map((value) => {
    last = value ?? last;
    return last;
  });
  return filled.every((value) => value === last) ? last : filled;
}

/** Lines for what the others get wrong: single names, and whole layers where a layer has one value. */
function exceptions(wrong: readonly Reading[], readings: readonly Reading[]): readonly WrittenItem[] {
  const names: WrittenItem[] = [];
  const layers = new Map<string, WrittenItem>();
  for (const { name, layer, value } of wrong) {
    const filter = layer && `${layer.prefix}.`;
    const whole = readings.filter((other) => other.layer && `${other.layer.prefix}.` === filter);
    if (filter !== undefined && whole.every((other) => other.value === value)) layers.set(filter, { filter, value });
    else names.push({ filter: name, value });
  }
  return [...names, ...layers.values()];
}

/** Zero must be zero: it stands for the base's own values. Other numbers may lose their last digit on the way through a gradient. */
function isRight(items: readonly WrittenItem[], { name, layer, value }: Reading): boolean {
  const item = matchingItem(items, name);
  if (!item) return false;
  const found = valueAt(item.value, layer ? gradientPosition(layer.index, layer.count) : 0);
  return found === value || (value !== 0 && Math.abs(found - value) <= 1e-12 * Math.max(1, Math.abs(value)));
}
