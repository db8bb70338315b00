import { memberOf } from "../values/attributes";
import { bind, flag, textArgument, wholeArgument } from "../values/call";
import { equal, operate, order } from "../values/operators";
import {
  type Arguments,
  Dict,
  isTrue,
  iterate,
  type List,
  lengthOf,
  orElse,
  Stream,
  Tuple,
  typeName,
  Undefined,
  type Value,
  View,
} from "../values/values";
import { written } from "../values/written";
import { passes } from "./tests";
import type { Filter, Tools } from "./tools";

/** Filters of lists and of all that can be gone through. Source: jinja2/filters.py. */
export const SEQUENCE_FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ["list", (value, _, { budget }) => [...iterate(value, budget)]],
  ...["length", "count"].map((name): [string, Filter] => [
    name,
    (value) => {
      const length = lengthOf(value);
      if (length === undefined) throw new Error(`object of type '${typeName(value)}' has no len()`);
      return length;
    },
  ]),
  [
    "first",
    (value, _, { budget }) =>
      orElse(iterate(value, budget)[0], () => new Undefined("No first item, sequence was empty.")),
  ],
  [
    "last",
    (value, _, { budget }) => {
      if (value instanceof Stream) throw new Error("'generator' object is not reversible");
      return orElse(iterate(value, budget).at(-1), () => new Undefined("No last item, sequence was empty."));
    },
  ],
  [
    "reverse",
    (value, _, { budget }) => {
      const items = [...iterate(value, budget)].reverse();
      return typeof value === "string" ? items.join("") : value instanceof Stream ? items : new Stream(items);
    },
  ],
  ["join", join],
  ["map", map],
  ["select", (value, given, tools) => chosen(value, undefined, given, true, tools)],
  ["reject", (value, given, tools) => chosen(value, undefined, given, false, tools)],
  ["selectattr", (value, given, tools) => chosenByAttribute(value, given, true, tools)],
  ["rejectattr", (value, given, tools) => chosenByAttribute(value, given, false, tools)],
  ["sort", sort],
  ["dictsort", dictSort],
  ["unique", unique],
  ["groupby", groupBy],
  ["min", (value, given, tools) => extreme("min", value, given, tools)],
  ["max", (value, given, tools) => extreme("max", value, given, tools)],
  [
    "sum",
    (value, given, tools) => {
      const [attribute = null, start = 0] = bind("sum", given, ["attribute?", "start?"]);
      const of = getter(attribute, tools);
      return iterate(value, tools.budget).reduce((sum, item) => operate("+", sum, of(item), tools.budget), start);
    },
  ],
  [
    "batch",
    (value, given, { budget }) => {
      const [size, fill = null] = bind("batch", given, ["linecount", "fill_with?"]);
      const items = iterate(value, budget);
      const line = Math.max(1, wholeArgument("linecount", size, 1));
      const batches = Array.from({ length: Math.ceil(items.length / line) }, (_, at) =>
        items.slice(at * line, (at + 1) * line),
      );
      const last = batches.at(-1);
      if (last && fill !== null) {
        budget.items(line);
        while (last.length < line) last.push(fill);
      }
      return new Stream(batches);
    },
  ],
  ["slice", slices],
]);

/** Goes from an item to its attribute: `a.b`, `0.name`. Without a name to the item itself. */
function getter(attribute: Value, { budget }: Tools, otherwise?: Value): (item: Value) => Value {
  if (attribute === null) return (item) => item;
  const steps =
    typeof attribute === "string"
      ? attribute.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step))
      : [attribute];
  return (item) => {
    let value = item;
    for (const step of steps) {
      value = memberOf(value, step, budget);
      if (value instanceof Undefined && otherwise !== undefined) value = otherwise;
    }
    return value;
  };
}

/** Words without regard to case, unless that is asked for. */
function keyed(of: (item: Value) => Value, caseSensitive: Value | undefined): (item: Value) => Value {
  if (flag(caseSensitive)) return of;
  return (item) => {
    const key = of(item);
    return typeof key === "string" ? key.toLowerCase() : key;
  };
}

function join(value: Value, given: Arguments, tools: Tools): Value {
  const [separator = "", attribute = null] = bind("join", given, ["d?", "attribute?"]);
  const { budget } = tools;
  const by = written(separator, budget);
  const of = getter(attribute, tools);
  const parts = iterate(value, budget).map((item) => written(of(item), budget));
  budget.text(parts.reduce((sum, part) => sum + part.length + by.length, 0));
  return parts.join(by);
}

function map(value: Value, { positional, named }: Arguments, tools: Tools): Value {
  const items = iterate(value, tools.budget);
  const [name, ...rest] = positional;
  if (name === undefined) {
    const [attribute, otherwise] = bind("map", { positional, named }, ["attribute", "default?"]);
    return new Stream(items.map(getter(attribute ?? null, tools, otherwise)));
  }
  const filter = textArgument("filter", name);
  return new Stream(items.map((item) => tools.filter(filter, item, { positional: rest, named })));
}

/** Items that pass a test, or that are true where none is named. */
function chosen(
  value: Value,
  of: ((item: Value) => Value) | undefined,
  { positional: [test, ...rest] }: Arguments,
  wanted: boolean,
  tools: Tools,
): Value {
  const kept = iterate(value, tools.budget).filter((item) => {
    const tested = of ? of(item) : item;
    return (test === undefined ? isTrue(tested) : passes(textArgument("test", test), tested, rest, tools)) === wanted;
  });
  return new Stream(kept);
}

function chosenByAttribute(value: Value, given: Arguments, wanted: boolean, tools: Tools): Value {
  const [attribute, ...positional] = given.positional;
  if (attribute === undefined) throw new Error("Missing parameter for attribute name");
  return chosen(value, getter(attribute, tools), { ...given, positional }, wanted, tools);
}

function sorted(items: List, of: (item: Value) => Value, backwards: boolean, { budget }: Tools): Value[] {
  const keys = items.map((item) => [of(item), item] as const);
  keys.sort(([a], [b]) => (backwards ? order(b, a, budget) : order(a, b, budget)));
  return keys.map(([, item]) => item);
}

function sort(value: Value, given: Arguments, tools: Tools): Value {
  const [reverse, caseSensitive, attribute = null] = bind("sort", given, ["reverse?", "case_sensitive?", "attribute?"]);
  const names = typeof attribute === "string" ? attribute.split(",") : [attribute];
  const parts = names.map((name) => keyed(getter(name, tools), caseSensitive));
  const of = (item: Value) => parts.map((part) => part(item));
  return sorted(iterate(value, tools.budget), of, flag(reverse), tools);
}

function dictSort(value: Value, given: Arguments, tools: Tools): Value {
  const [caseSensitive, by = "key", reverse] = bind("dictsort", given, ["case_sensitive?", "by?", "reverse?"]);
  if (!(value instanceof Dict)) throw new Error(`'${typeName(value)} object' has no attribute 'items'`);
  if (by !== "key" && by !== "value") throw new Error('You can only sort by either "key" or "value"');
  const of = (item: Value) => memberOf(item, by === "key" ? 0 : 1, tools.budget);
  return sorted(iterate(new View("dict_items", value), tools.budget), keyed(of, caseSensitive), flag(reverse), tools);
}

function unique(value: Value, given: Arguments, tools: Tools): Value {
  const [caseSensitive, attribute = null] = bind("unique", given, ["case_sensitive?", "attribute?"]);
  const of = keyed(getter(attribute, tools), caseSensitive);
  const seen: Value[] = [];
  return new Stream(
    iterate(value, tools.budget).filter((item) => {
      const key = of(item);
      if (seen.some((other) => equal(other, key, tools.budget))) return false;
      seen.push(key);
      return true;
    }),
  );
}

function groupBy(value: Value, given: Arguments, tools: Tools): Value {
  const [attribute, otherwise, caseSensitive] = bind("groupby", given, ["attribute", "default?", "case_sensitive?"]);
  const plain = getter(attribute ?? null, tools, otherwise);
  const of = keyed(plain, caseSensitive);
  const groups: { readonly key: Value; readonly items: Value[] }[] = [];
  for (const item of sorted(iterate(value, tools.budget), of, false, tools)) {
    const last = groups.at(-1);
    if (last && equal(last.key, of(item), tools.budget)) last.items.push(item);
    else groups.push({ key: of(item), items: [item] });
  }
  return groups.map(({ items }) => new Tuple([plain(items[0] ?? null), items], ["grouper", "list"]));
}

function extreme(name: "min" | "max", value: Value, given: Arguments, tools: Tools): Value {
  const [caseSensitive, attribute = null] = bind(name, given, ["case_sensitive?", "attribute?"]);
  const of = keyed(getter(attribute, tools), caseSensitive);
  const [first, ...rest] = iterate(value, tools.budget);
  if (first === undefined) return new Undefined("No aggregated item, sequence was empty.");
  return rest.reduce((best, item) => {
    const before = order(of(item), of(best), tools.budget);
    return (name === "min" ? before < 0 : before > 0) ? item : best;
  }, first);
}

function slices(value: Value, given: Arguments, { budget }: Tools): Value {
  const [count, fill = null] = bind("slice", given, ["slices", "fill_with?"]);
  const items = iterate(value, budget);
  const parts = wholeArgument("slices", count, 1);
  if (parts < 1) throw new Error("slices must be 1 or more");
  budget.items(parts);
  const [size, longer] = [Math.floor(items.length / parts), items.length % parts];
  let from = 0;
  return new Stream(
    Array.from({ length: parts }, (_, at) => {
      const part = items.slice(from, from + size + (at < longer ? 1 : 0));
      from += part.length;
      return fill !== null && at >= longer ? [...part, fill] : part;
    }),
  );
}
