import { own } from "../../../../base/own";
import { isObject } from "../../../../formats/json";

/*
 * Values of a template, as Python has them: whole numbers are JavaScript's, all others of these classes. Nothing can be changed
 * in jinja2's immutable sandbox but a namespace.
 */

export type Value =
  | string
  | number
  | boolean
  | null
  | Float
  | Undefined
  | List
  | Tuple
  | Dict
  | View
  | Range
  | Stream
  | Namespace
  | Callable
  | Instance;

export type List = readonly Value[];

export class Float {
  constructor(readonly value: number) {}
}

/** What a name, an attribute or an index leads to where nothing is there. Prints as nothing; using it throws `what`. */
export class Undefined {
  constructor(readonly what: string) {}
}

export class Tuple {
  /** @param names of the items, where they have some */
  constructor(
    readonly items: List,
    readonly names: readonly string[] = [],
  ) {}
}

export class Range {
  readonly length: number;
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
  ) {
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }
  at(index: number): number {
    return this.start + index * this.step;
  }
}

/** A key as a Map compares it: equal numbers are one key, also where one of them is `True` or `1.0`. */
type Key = string | number | null;

export class Dict {
  readonly #entries = new Map<Key, readonly [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) {
      const known = this.#entries.get(keyOf(key));
      this.#entries.set(keyOf(key), [known ? known[0] : key, value]);
    }
  }
  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }
  entries(): IterableIterator<readonly [Value, Value]> {
    return this.#entries.values();
  }
}

function keyOf(key: Value): Key {
  if (typeof key === "string") return `"${key}`;
  if (typeof key === "number" || key === null) return key;
  if (typeof key === "boolean") return Number(key);
  if (key instanceof Float) return key.value;
  if (key instanceof Tuple) return `(${key.items.map((item) => JSON.stringify(keyOf(item))).join()}`;
  if (key instanceof Undefined) return "undefined";
  if (key instanceof Range) return `range${key.start},${key.length},${key.step}`;
  throw new Error(`unhashable type: '${typeName(key)}'`);
}

/** `keys()`, `values()` or `items()` of a dict. */
export class View {
  constructor(
    readonly kind: "dict_keys" | "dict_values" | "dict_items",
    readonly dict: Dict,
  ) {}
}

/** What filters like `map` give: can be gone through once, and has no length. */
export class Stream {
  #items: Iterable<Value> | undefined;
  constructor(items: Iterable<Value>) {
    this.#items = items;
  }
  take(): Iterable<Value> {
    const items = this.#items ?? [];
    this.#items = undefined;
    return items;
  }
}

export class Namespace {
  constructor(readonly attributes: Map<string, Value>) {}
}

/** Arguments of a call, filter or test. */
export interface Arguments {
  readonly positional: List;
  readonly named: ReadonlyMap<string, Value>;
}

export class Callable {
  constructor(
    readonly name: string,
    readonly call: (given: Arguments) => Value,
  ) {}
}

/** An object of jinja2's own: a loop, a cycler. */
export class Instance {
  constructor(
    readonly name: string,
    readonly attribute: (name: string) => Value | undefined,
    readonly call?: (given: Arguments) => Value,
  ) {}
}

/** The value, or another where there is none. None is a value: `??` would pass it over. */
export function orElse(value: Value | undefined, otherwise: () => Value): Value {
  return value === undefined ? otherwise() : value;
}

/** A value from outside: JSON, or a function that takes values. */
export function toValue(value: unknown, name = "value"): Value {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isInteger(value) ? value : new Float(value);
  if (Array.isArray(value)) return value.map((item) => toValue(item));
  if (typeof value === "function") {
    return new Callable(name, ({ positional: [first, second, third] }) => toValue(value(first, second, third), name));
  }
  if (isObject(value)) return new Dict(Object.keys(value).map((key) => [key, toValue(own(value, key), key)] as const));
  return new Undefined(`'${name}' is undefined`);
}

/** Names of Python's types, for sentences. */
export function typeName(value: Value): string {
  if (typeof value === "string") return "str";
  if (typeof value === "number") return "int";
  if (typeof value === "boolean") return "bool";
  if (value === null) return "NoneType";
  if (value instanceof Float) return "float";
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Dict) return "dict";
  if (value instanceof View) return value.kind;
  if (value instanceof Range) return "range";
  if (value instanceof Stream) return "generator";
  if (value instanceof Namespace) return "Namespace";
  if (value instanceof Callable) return "function";
  return value instanceof Instance ? value.name : "list";
}

export function isList(value: Value): value is List {
  return Array.isArray(value);
}

export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (typeof value !== "object") return Boolean(value);
  if (value instanceof Float) return value.value !== 0;
  const length = lengthOf(value);
  return length === undefined || length > 0;
}

/** Python's `len`; undefined for what has none. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === "string") return hasPairs(value) ? Array.from(value).length : value.length;
  if (value instanceof Undefined) return 0;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof View) return value.dict.size;
  if (value instanceof Range) return value.length;
  return isList(value) ? value.length : undefined;
}

/** Items of what can be gone through; undefined for everything else. A stream is used up. */
export function itemsOf(value: Value): Iterable<Value> | undefined {
  if (typeof value === "string") return value; // by characters, not by UTF-16 units
  if (value instanceof Undefined) return [];
  if (value instanceof Tuple) return value.items;
  if (value instanceof Dict) return Array.from(value.entries(), ([key]) => key);
  if (value instanceof View) return viewed(value);
  if (value instanceof Range) return Array.from({ length: value.length }, (_, index) => value.at(index));
  if (value instanceof Stream) return value.take();
  return isList(value) ? value : undefined;
}

function viewed({ kind, dict }: View): List {
  return Array.from(dict.entries(), ([key, value]) => {
    if (kind === "dict_items") return new Tuple([key, value]);
    return kind === "dict_keys" ? key : value;
  });
}

/** The items, counted. @throws {Error} where there are none to go through */
export function iterate(value: Value, budget: { items(count: number): void; steps(count: number): void }): List {
  const items = itemsOf(value);
  if (items === undefined) throw new Error(`'${typeName(value)}' object is not iterable`);
  if (Array.isArray(items)) {
    budget.items(items.length);
    return items;
  }
  const list: Value[] = [];
  for (const item of items) {
    budget.steps(1);
    list.push(item);
  }
  budget.items(list.length);
  return list;
}

/** Whether some of the characters are two UTF-16 units. */
export function hasPairs(text: string): boolean {
  return /[\ud800-\udbff]/.test(text);
}

/** A number, also where it is a truth value; undefined for everything else. */
export function numberOf(value: Value): { readonly value: number; readonly whole: boolean } | undefined {
  if (typeof value === "number") return { value, whole: true };
  if (typeof value === "boolean") return { value: Number(value), whole: true };
  return value instanceof Float ? { value: value.value, whole: false } : undefined;
}
