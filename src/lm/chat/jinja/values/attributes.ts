import type { Budget } from "../budget";
import { bind, callable } from "./call";
import { equal } from "./operators";
import { stringMethod } from "./strings";
import {
  Callable,
  Dict,
  hasPairs,
  Instance,
  isList,
  iterate,
  type List,
  Namespace,
  numberOf,
  orElse,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
  View,
} from "./values";

/** `object.name`: an attribute, else an item of that name. Source: jinja2/environment.py, `getattr`. */
export function attributeOf(object: Value, name: string, budget: Budget): Value {
  if (object instanceof Undefined) throw new Error(object.what);
  budget.use(object);
  const own = ownAttribute(object, name, budget);
  return orElse(own === undefined ? itemAt(object, name) : own, () => nothing(object, name));
}

/** `object[key]`: an item, else, for a name, the attribute. */
export function memberOf(object: Value, key: Value, budget: Budget): Value {
  if (object instanceof Undefined) throw new Error(object.what);
  budget.use(object);
  const item = itemAt(object, key);
  const found = item === undefined && typeof key === "string" ? ownAttribute(object, key, budget) : item;
  return orElse(found, () => nothing(object, key));
}

function nothing(object: Value, key: Value): Undefined {
  const what = typeof key === "string" ? `attribute '${key}'` : `element ${numberOf(key)?.value ?? typeName(key)}`;
  return new Undefined(`'${typeName(object)} object' has no ${what}`);
}

function itemAt(object: Value, key: Value): Value | undefined {
  if (object instanceof Dict) return isHashable(key) ? object.get(key) : undefined;
  if (object instanceof Namespace) return undefined;
  const figure = numberOf(key);
  if (!figure?.whole) return undefined;
  const at = (length: number) => (figure.value < 0 ? length + figure.value : figure.value);
  if (typeof object === "string") {
    const points = hasPairs(object) ? Array.from(object) : object;
    return points[at(points.length)];
  }
  if (object instanceof Tuple) return object.items[at(object.items.length)];
  if (object instanceof Range) {
    const index = at(object.length);
    return index >= 0 && index < object.length ? object.at(index) : undefined;
  }
  return isList(object) ? object[at(object.length)] : undefined;
}

function isHashable(key: Value): boolean {
  return !isList(key) && !(key instanceof Dict);
}

/** Attributes that the sandbox shows; those that begin with `_` or change what they belong to are none. */
function ownAttribute(object: Value, name: string, budget: Budget): Value | undefined {
  if (name.startsWith("_")) return undefined;
  if (typeof object === "string") {
    return stringMethod(
      object,
      name,
      (value, key, computed) =>
        computed ? memberOf(value, /^\d+$/.test(key) ? Number(key) : key, budget) : attributeOf(value, key, budget),
      budget,
    );
  }
  if (object instanceof Namespace) return object.attributes.get(name);
  if (object instanceof Instance) return object.attribute(name);
  if (object instanceof Dict) return dictMethod(object, name);
  const items = isList(object) ? object : object instanceof Tuple ? object.items : undefined;
  if (object instanceof Tuple && object.names.includes(name)) return object.items[object.names.indexOf(name)];
  if (items) return listMethod(items, name, budget);
  return undefined;
}

/** Methods that would change a dict are there and cannot be called. */
const CHANGING = new Set(["clear", "pop", "popitem", "setdefault", "update"]);

function dictMethod(dict: Dict, name: string): Value | undefined {
  switch (name) {
    case "get":
      return new Callable(name, (given) => {
        const [key = null, otherwise = null] = bind(name, given, ["key", "default?"]);
        return orElse(dict.get(key), () => otherwise);
      });
    case "items":
    case "keys":
    case "values":
      return callable(name, [], () => new View(`dict_${name}`, dict));
    case "copy":
      return callable(name, [], () => dict);
    default:
      return CHANGING.has(name) ? new Undefined(`access to attribute '${name}' of 'dict' object is unsafe`) : undefined;
  }
}

function listMethod(items: List, name: string, budget: Budget): Value | undefined {
  switch (name) {
    case "index":
      return callable(name, ["value"], (value = null) => {
        const at = items.findIndex((item) => equal(item, value, budget));
        if (at < 0) throw new Error("the value is not in list");
        return at;
      });
    case "count":
      return callable(name, ["value"], (value = null) => items.filter((item) => equal(item, value, budget)).length);
    case "copy":
      return callable(name, [], () => items);
    default:
      return LIST_CHANGING.has(name)
        ? new Undefined(`access to attribute '${name}' of 'list' object is unsafe`)
        : undefined;
  }
}

const LIST_CHANGING = new Set(["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]);

/** `object[start:stop:step]`. */
export function sliceOf(object: Value, bounds: readonly (Value | undefined)[], budget: Budget): Value {
  if (object instanceof Undefined) throw new Error(object.what);
  const [start, stop, step = 1] = bounds.map((bound) => {
    if (bound === undefined || bound === null) return undefined;
    const figure = numberOf(bound);
    if (!figure?.whole) throw new Error("slice indices must be integers or None or have an __index__ method");
    return figure.value;
  });
  if (step === 0) throw new Error("slice step cannot be zero");
  const items =
    typeof object === "string"
      ? Array.from(object)
      : object instanceof Tuple
        ? object.items
        : object instanceof Range
          ? iterate(object, budget)
          : object;
  if (!isList(items)) throw new Error(`'${typeName(object)}' object is not subscriptable`);
  budget.items(items.length);
  const clamp = (index: number | undefined, otherwise: number, least: number, most: number) =>
    index === undefined ? otherwise : Math.min(most, Math.max(least, index < 0 ? index + items.length : index));
  const up = step > 0;
  const [least, most] = up ? [0, items.length] : [-1, items.length - 1];
  const from = clamp(start, up ? 0 : items.length - 1, least, most);
  const to = clamp(stop, up ? items.length : -1, least, most);
  if (object instanceof Range) return new Range(object.at(from), object.at(to), object.step * step);
  const kept: Value[] = [];
  for (let at = from; up ? at < to : at > to; at += step) kept.push(items[at] ?? null);
  if (typeof object === "string") return kept.join("");
  return object instanceof Tuple ? new Tuple(kept) : kept;
}
