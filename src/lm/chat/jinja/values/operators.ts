import type { Budget } from "../budget";
import { percentFormat } from "./format";
import {
  Callable,
  Dict,
  Float,
  hasPairs,
  isList,
  iterate,
  type List,
  lengthOf,
  numberOf,
  Range,
  Stream,
  Tuple,
  typeName,
  Undefined,
  type Value,
  View,
} from "./values";

/** An arithmetic operator. `~` and comparisons are not among them. */
export function operate(operator: string, left: Value, right: Value, budget: Budget): Value {
  if (operator === "%" && typeof left === "string") return percentFormat(left, right, budget);
  for (const side of [left, right]) if (side instanceof Undefined) throw new Error(side.what);
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a && b) return calculate(operator, a, b);
  if (operator === "+") {
    const joined = add(left, right, budget);
    if (joined !== undefined) return joined;
  }
  if (operator === "*") {
    if (b?.whole) return repeat(left, b.value, budget);
    if (a?.whole) return repeat(right, a.value, budget);
  }
  throw new Error(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}

type Figure = NonNullable<ReturnType<typeof numberOf>>;

function calculate(operator: string, a: Figure, b: Figure): Value {
  const whole = a.whole && b.whole;
  const give = (value: number) => (whole ? wholeNumber(value) : new Float(value));
  switch (operator) {
    case "+":
      return give(a.value + b.value);
    case "-":
      return give(a.value - b.value);
    case "*":
      return give(a.value * b.value);
    case "/":
      return new Float(a.value / divisor(b));
    case "//":
      return give(Math.floor(a.value / divisor(b)));
    case "%": {
      const rest = a.value % divisor(b);
      if (rest === 0) return give(b.value < 0 ? -0 : 0);
      return give(rest < 0 !== b.value < 0 ? rest + b.value : rest);
    }
    default: {
      if (a.value === 0 && b.value < 0) throw new Error("0.0 cannot be raised to a negative power");
      const power = a.value ** b.value;
      if (Number.isNaN(power)) throw new Error("the power is no real number");
      return whole && b.value >= 0 ? wholeNumber(power) : new Float(power);
    }
  }
}

function divisor({ value }: Figure): number {
  if (value === 0) throw new Error("division by zero");
  return value;
}

/** @throws {Error} for numbers that would lose digits: Python's have no end */
export function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error("a whole number is larger than can be calculated with");
  return value + 0; // no -0
}

function add(left: Value, right: Value, budget: Budget): Value | undefined {
  if (typeof left === "string" && typeof right === "string") {
    budget.text(left.length + right.length);
    return left + right;
  }
  const join = (a: List, b: List) => {
    budget.items(a.length + b.length);
    return [...a, ...b];
  };
  if (isList(left) && isList(right)) return join(left, right);
  return left instanceof Tuple && right instanceof Tuple ? new Tuple(join(left.items, right.items)) : undefined;
}

function repeat(value: Value, times: number, budget: Budget): Value {
  const count = Math.max(0, times);
  if (typeof value === "string") {
    budget.text(value.length * count);
    return value.repeat(count);
  }
  const items = value instanceof Tuple ? value.items : value;
  if (!isList(items)) throw new Error(`can't multiply sequence by non-int of type '${typeName(value)}'`);
  budget.items(items.length * count);
  const repeated = Array.from({ length: items.length * count }, (_, at) => items[at % items.length] ?? null);
  return value instanceof Tuple ? new Tuple(repeated) : repeated;
}

/** `==`. */
export function equal(a: Value, b: Value, budget: Budget): boolean {
  budget.steps(1);
  if (typeof a === typeof b) budget.use(a);
  if (a === b) return true;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x && y) return x.value === y.value;
  if (a instanceof Undefined) return b instanceof Undefined;
  const all = (p: List, q: List) =>
    p.length === q.length && budget.within(() => p.every((item, at) => equal(item, q[at] ?? null, budget)));
  if (isList(a)) return isList(b) && all(a, b);
  if (a instanceof Tuple) return b instanceof Tuple && all(a.items, b.items);
  if (a instanceof Dict && b instanceof Dict) {
    const same = ([key, value]: readonly [Value, Value]) => {
      const other = b.get(key);
      return other !== undefined && equal(value, other, budget);
    };
    return a.size === b.size && budget.within(() => Array.from(a.entries()).every(same));
  }
  if (a instanceof Range) return b instanceof Range && all(iterate(a, budget), iterate(b, budget));
  return false;
}

/** Whether one value goes before, behind or with another; undefined for what has no order. */
export function order(a: Value, b: Value, budget: Budget): number {
  for (const side of [a, b]) if (side instanceof Undefined) throw new Error(side.what);
  budget.steps(1);
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x && y) return x.value < y.value ? -1 : x.value > y.value ? 1 : x.value === y.value ? 0 : Number.NaN;
  if (typeof a === "string" && typeof b === "string") {
    budget.use(a);
    budget.use(b);
    return textOrder(a, b);
  }
  const [p, q] = a instanceof Tuple && b instanceof Tuple ? [a.items, b.items] : [a, b];
  if (!isList(p) || !isList(q)) {
    throw new Error(`'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
  }
  for (let at = 0; at < Math.min(p.length, q.length); at++) {
    const [one, other] = [p[at] ?? null, q[at] ?? null];
    if (!equal(one, other, budget)) return budget.within(() => order(one, other, budget));
  }
  return p.length - q.length;
}

/** By code points, as Python: JavaScript's units would put 😀 before ﬀ. */
function textOrder(a: string, b: string): number {
  if (!hasPairs(a) && !hasPairs(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [Array.from(a), Array.from(b)];
  const at = x.findIndex((char, index) => char !== y[index]);
  return at < 0 ? x.length - y.length : (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? -1);
}

/** `==`, `<` and their like, `in` and `not in`. */
export function compare(operator: string, left: Value, right: Value, budget: Budget): boolean {
  switch (operator) {
    case "==":
      return equal(left, right, budget);
    case "!=":
      return !equal(left, right, budget);
    case "in":
      return contains(right, left, budget);
    case "not in":
      return !contains(right, left, budget);
    case "<":
      return order(left, right, budget) < 0;
    case "<=":
      return order(left, right, budget) <= 0;
    case ">":
      return order(left, right, budget) > 0;
    default:
      return order(left, right, budget) >= 0;
  }
}

/** Whether `item in container`. */
export function contains(container: Value, item: Value, budget: Budget): boolean {
  if (typeof container === "string") {
    if (item instanceof Undefined) throw new Error("'in <string>' requires string as left operand, not Undefined");
    if (typeof item !== "string")
      throw new Error(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    budget.search(container, item);
    return container.includes(item);
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof View && container.kind === "dict_keys") return container.dict.has(item);
  if (container instanceof Callable || (lengthOf(container) === undefined && !(container instanceof Stream))) {
    throw new Error(`argument of type '${typeName(container)}' is not iterable`);
  }
  return iterate(container, budget).some((one) => equal(one, item, budget));
}
