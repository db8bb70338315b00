import { lmFailure } from "../../../failures";
import { type Budget, MAX_TEMPLATE_RANGE, tooMuch } from "../budget";
import { bind, callable } from "../values/call";
import {
  Callable,
  Dict,
  Instance,
  iterate,
  Namespace,
  numberOf,
  Range,
  typeName,
  Undefined,
  type Value,
} from "../values/values";
import { written } from "../values/written";

/** What every template may use besides the conversation. */
export function globals(budget: Budget): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ["range", new Callable("range", ({ positional }) => range(positional))],
    ["dict", new Callable("dict", (given) => new Dict([...pairs(given.positional[0], budget), ...given.named]))],
    ["namespace", new Callable("namespace", (given) => namespace(given.positional[0], given.named, budget))],
    ["cycler", new Callable("cycler", ({ positional }) => cycler(positional))],
    ["joiner", callable("joiner", ["sep?"], (separator = ", ") => joiner(separator))],
    ["raise_exception", callable("raise_exception", ["message"], (message = "") => refuse(written(message, budget)))],
  ]);
}

function range(given: readonly Value[]): Range {
  const [first, second, third = 1] = given.map((value) => {
    const figure = numberOf(value);
    if (!figure?.whole) throw new Error(`'${typeName(value)}' object cannot be interpreted as an integer`);
    return figure.value;
  });
  if (first === undefined) throw new Error("range expected at least 1 argument, got 0");
  if (third === 0) throw new Error("range() arg 3 must not be zero");
  const found = second === undefined ? new Range(0, first, 1) : new Range(first, second, third);
  if (found.length > MAX_TEMPLATE_RANGE) throw tooMuch("numbers in a range", MAX_TEMPLATE_RANGE);
  return found;
}

function pairs(source: Value | undefined, budget: Budget): readonly (readonly [Value, Value])[] {
  if (source === undefined) return [];
  if (source instanceof Dict) return Array.from(source.entries());
  return iterate(source, budget).map((pair) => {
    const [key, value, ...rest] = iterate(pair, budget);
    if (key === undefined || value === undefined || rest.length > 0) throw new Error("dict() takes pairs");
    return [key, value] as const;
  });
}

function namespace(source: Value | undefined, named: ReadonlyMap<string, Value>, budget: Budget): Namespace {
  const attributes = new Map<string, Value>();
  for (const [key, value] of pairs(source, budget)) attributes.set(written(key, budget), value);
  for (const [key, value] of named) attributes.set(key, value);
  return new Namespace(attributes);
}

function cycler(items: readonly Value[]): Instance {
  if (items.length === 0) throw new Error("at least one item has to be provided");
  let at = 0;
  const current = () => items[at % items.length] ?? null;
  const next = callable("next", [], () => {
    const value = current();
    at++;
    return value;
  });
  const reset = callable("reset", [], () => {
    at = 0;
    return null;
  });
  return new Instance("Cycler", (name) =>
    name === "next" ? next : name === "reset" ? reset : name === "current" ? current() : undefined,
  );
}

function joiner(separator: Value): Instance {
  let used = false;
  return new Instance(
    "Joiner",
    () => undefined,
    (given) => {
      bind("joiner", given, []);
      const result = used ? separator : "";
      used = true;
      return result;
    },
  );
}

function refuse(found: string): never {
  throw lmFailure("template/refused", { found });
}

/** Words that no variable can take. */
export const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);

export function missing(name: string): Undefined {
  return new Undefined(`'${name}' is undefined`);
}
