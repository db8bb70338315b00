import { type Arguments, Callable, isTrue, type Value } from "./values";

/**
 * Arguments in the order of the parameters they are for, as Python binds them.
 * @param names of parameters; those with `?` may be missing
 * @throws {Error} for one that is missing, unknown or too many
 */
export function bind(what: string, { positional, named }: Arguments, names: readonly string[]): (Value | undefined)[] {
  if (positional.length > names.length) {
    throw new Error(`${what}() takes ${names.length} arguments, but ${positional.length} were given`);
  }
  const plain = names.map((name) => name.replace("?", ""));
  for (const name of named.keys()) if (!plain.includes(name)) throw new Error(`${what}() has no argument '${name}'`);
  return names.map((name, at) => {
    const value = at < positional.length ? positional[at] : named.get(plain[at] ?? "");
    if (value === undefined && !name.endsWith("?")) throw new Error(`${what}() lacks its argument '${name}'`);
    return value;
  });
}

/** A function of values that are bound to parameters by name. */
export function callable(
  name: string,
  parameters: readonly string[],
  body: (...values: readonly (Value | undefined)[]) => Value,
): Callable {
  return new Callable(name, (given) => body.apply(undefined, bind(name, given, parameters)));
}

export function textArgument(what: string, value: Value | undefined): string {
  if (typeof value !== "string") throw new Error(`${what} must be str`);
  return value;
}

/** A whole number, or what stands for one that is not given. */
export function wholeArgument(what: string, value: Value | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "number") throw new Error(`${what} must be int`);
  return value;
}

export function flag(value: Value | undefined): boolean {
  return value !== undefined && isTrue(value);
}
