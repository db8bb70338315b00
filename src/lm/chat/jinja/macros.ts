import type { Body, Node, Parameter } from "./parse/nodes";
import { Scope } from "./scope";
import { type Arguments, Callable, Dict, Tuple, Undefined, type Value } from "./values/values";

/** What a macro needs of the rendering it is part of. */
interface Renderer {
  captured(body: Body, scope: Scope): string;
  evaluate(node: Node, scope: Scope): Value;
}

interface Definition {
  readonly args: readonly Parameter[];
  readonly body: Body;
}

/** A macro, or the caller of a call block: renders its body with its arguments, seeing the names of where it was written. */
export function macroOf(renderer: Renderer, name: string, { args, body }: Definition, scope: Scope): Callable {
  const special = specialNames(args, body);
  return new Callable(name, (given) => {
    const inner = new Scope(scope);
    for (const [at, parameter] of args.entries()) {
      inner.set(nameOf(parameter), argumentOf(renderer, given, at, parameter, inner));
    }
    for (const [key, value] of extras(name, given, args.map(nameOf), special)) inner.set(key, value);
    return renderer.captured(body, inner);
  });
}

function nameOf(parameter: Parameter): string {
  return parameter.type === "Identifier" ? parameter.value : parameter.key.value;
}

function argumentOf(
  renderer: Renderer,
  { positional, named }: Arguments,
  at: number,
  parameter: Parameter,
  scope: Scope,
): Value {
  const name = nameOf(parameter);
  const value = at < positional.length ? positional[at] : named.get(name);
  if (value !== undefined) return value;
  if (parameter.type === "KeywordArgumentExpression") return renderer.evaluate(parameter.value, scope);
  return new Undefined(`parameter '${name}' was not provided`);
}

/** What goes beyond the parameters: allowed where the macro asks for it by name. */
function extras(
  name: string,
  { positional, named }: Arguments,
  parameters: readonly string[],
  special: ReadonlySet<string>,
): readonly (readonly [string, Value])[] {
  const found: [string, Value][] = [];
  const others = new Map([...named].filter(([key]) => !parameters.includes(key)));
  const caller = others.get("caller");
  others.delete("caller");
  if (special.has("caller")) found.push(["caller", caller ?? new Undefined("No caller defined")]);
  else if (caller !== undefined)
    throw new Error(`macro '${name}' was invoked with two values for the special caller argument`);
  if (special.has("kwargs")) found.push(["kwargs", new Dict(others)]);
  else if (others.size > 0) throw new Error(`macro '${name}' takes no keyword argument '${[...others.keys()][0]}'`);
  if (special.has("varargs")) found.push(["varargs", new Tuple(positional.slice(parameters.length))]);
  else if (positional.length > parameters.length) {
    throw new Error(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
  }
  return found;
}

const SPECIAL: ReadonlySet<string> = new Set(["caller", "kwargs", "varargs"]);
const found = new WeakMap<Body, ReadonlySet<string>>();

/** Which of the special names a body uses; looked for once. */
function specialNames(args: readonly Parameter[], body: Body): ReadonlySet<string> {
  const known = found.get(body);
  if (known) return known;
  const names = new Set<string>();
  const open: unknown[] = [...body];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== "object" || node === null) continue;
    if ("type" in node && node.type === "Identifier" && "value" in node && typeof node.value === "string") {
      if (SPECIAL.has(node.value)) names.add(node.value);
    }
    const inside: Iterable<unknown> = node instanceof Map ? [...node.keys(), ...node.values()] : Object.values(node);
    for (const child of inside) open.push(child);
  }
  for (const parameter of args) names.delete(nameOf(parameter));
  found.set(body, names);
  return names;
}
