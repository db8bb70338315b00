import { contains, equal, operate, order } from "../values/operators";
import { isLower, isUpper } from "../values/strings";
import {
  Callable,
  Dict,
  Float,
  Instance,
  isList,
  type List,
  lengthOf,
  numberOf,
  Range,
  Stream,
  Tuple,
  Undefined,
  type Value,
} from "../values/values";
import { written } from "../values/written";
import type { Tools } from "./tools";

type Test = (value: Value, given: List, tools: Tools) => boolean;

/** Whether a value passes a test. @throws {Error} for a test that jinja2 does not have, or one that lacks its argument */
export function passes(name: string, value: Value, given: List, tools: Tools): boolean {
  const test = TESTS.get(name);
  if (!test) throw new Error(`No test named '${name}'`);
  tools.budget.use(value);
  return test(value, given, tools);
}

export function hasTest(name: string): boolean {
  return TESTS.has(name);
}

function argument(given: List): Value {
  const [first] = given;
  if (first === undefined) throw new Error("a test lacks its argument");
  return first;
}

function rest(value: Value, by: Value, { budget }: Tools): Value {
  return operate("%", value, by, budget);
}

const isZero = (value: Value) => numberOf(value)?.value === 0;
const isEqual: Test = (value, given, { budget }) => equal(value, argument(given), budget);
const isLess: Test = (value, given, { budget }) => order(value, argument(given), budget) < 0;
const isAtMost: Test = (value, given, { budget }) => order(value, argument(given), budget) <= 0;
const isMore: Test = (value, given, { budget }) => order(value, argument(given), budget) > 0;
const isAtLeast: Test = (value, given, { budget }) => order(value, argument(given), budget) >= 0;
const isOther: Test = (value, given, { budget }) => !equal(value, argument(given), budget);

/** Source: jinja2/tests.py. */
const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ["defined", (value) => !(value instanceof Undefined)],
  ["undefined", (value) => value instanceof Undefined],
  ["none", (value) => value === null],
  ["boolean", (value) => typeof value === "boolean"],
  ["true", (value) => value === true],
  ["false", (value) => value === false],
  ["integer", (value) => typeof value === "number"],
  ["float", (value) => value instanceof Float],
  ["number", (value) => numberOf(value) !== undefined],
  ["string", (value) => typeof value === "string"],
  ["mapping", (value) => value instanceof Dict],
  ["iterable", (value) => value instanceof Stream || lengthOf(value) !== undefined],
  [
    "sequence",
    (value) =>
      typeof value === "string" ||
      isList(value) ||
      value instanceof Tuple ||
      value instanceof Dict ||
      value instanceof Range ||
      value instanceof Undefined,
  ],
  [
    "callable",
    (value) =>
      value instanceof Callable ||
      value instanceof Undefined ||
      (value instanceof Instance && value.call !== undefined),
  ],
  ["escaped", () => false],
  ["lower", (value, _, { budget }) => isLower(written(value, budget))],
  ["upper", (value, _, { budget }) => isUpper(written(value, budget))],
  ["odd", (value, _, tools) => numberOf(rest(value, 2, tools))?.value === 1],
  ["even", (value, _, tools) => isZero(rest(value, 2, tools))],
  ["divisibleby", (value, given, tools) => isZero(rest(value, argument(given), tools))],
  ["in", (value, given, { budget }) => contains(argument(given), value, budget)],
  ["sameas", (value, given) => value === argument(given)],
  ["filter", (value, _, { hasFilter }) => typeof value === "string" && hasFilter(value)],
  ["test", (value) => typeof value === "string" && hasTest(value)],
  ...["eq", "equalto", "=="].map((name) => [name, isEqual] as const),
  ...["ne", "!="].map((name) => [name, isOther] as const),
  ...["lt", "lessthan", "<"].map((name) => [name, isLess] as const),
  ...["le", "<="].map((name) => [name, isAtMost] as const),
  ...["gt", "greaterthan", ">"].map((name) => [name, isMore] as const),
  ...["ge", ">="].map((name) => [name, isAtLeast] as const),
]);
