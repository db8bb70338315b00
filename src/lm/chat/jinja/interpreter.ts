import { Budget } from "./budget";
import { filtered, hasFilter } from "./builtin/filters";
import { CONSTANTS, globals, missing } from "./builtin/globals";
import { Loop } from "./builtin/loop";
import { passes } from "./builtin/tests";
import type { Tools } from "./builtin/tools";
import { COMPARISONS, chain, type Link } from "./chains";
import { macroOf } from "./macros";
import {
  type BinaryNode,
  type Body,
  type CallBlockNode,
  type CallNode,
  type FilterNode,
  type ForNode,
  GROUP,
  type Identifier,
  IS,
  IS_NOT,
  type MemberNode,
  type Node,
  RECURSIVE,
  type SetNode,
  TUPLE,
  WITH,
} from "./parse/nodes";
import { Scope } from "./scope";
import { attributeOf, memberOf, sliceOf } from "./values/attributes";
import { compare, operate, wholeNumber } from "./values/operators";
import {
  type Arguments,
  Callable,
  Dict,
  Float,
  Instance,
  isTrue,
  iterate,
  Namespace,
  numberOf,
  orElse,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from "./values/values";
import { written } from "./values/written";

class BreakLoop extends Error {}
class ContinueLoop extends Error {}

/**
 * Renders a template as jinja2 does in its immutable sandbox, counting: neither a loop nor a value that grows can hang it. The
 * library parses; what its nodes mean is said here, since its own values have neither Python's methods, text nor operators.
 */
export class Interpreter {
  readonly budget = new Budget();
  readonly #globals = globals(this.budget);
  readonly #tools: Tools = {
    budget: this.budget,
    hasFilter,
    filter: (name, value, given) => filtered(name, value, given, this.#tools),
  };
  /** What is being written: the template's text, or that of a macro or block whose text is a value. */
  #output: { readonly parts: string[]; length: number } = { parts: [], length: 0 };

  render(body: Body, variables: ReadonlyMap<string, Value>): string {
    const scope = new Scope();
    for (const [name, value] of variables) scope.set(name, value);
    return this.captured(body, new Scope(scope));
  }

  /** The text of a block, kept apart from what is written around it. */
  captured(body: Body, scope: Scope): string {
    return this.#apart(() => this.#block(body, scope));
  }

  #print(value: Value): void {
    const text = written(value, this.budget);
    this.budget.text(text.length);
    this.#output.length += text.length;
    this.budget.room(this.#output.length);
    this.#output.parts.push(text);
  }

  #block(body: Body, scope: Scope): void {
    this.budget.within(() => {
      for (const node of body) {
        this.budget.steps(1);
        this.#statement(node, scope);
      }
    });
  }

  #statement(node: Node, scope: Scope): void {
    switch (node.type) {
      case "If":
        this.#block(isTrue(this.evaluate(node.test, scope)) ? node.body : node.alternate, scope);
        break;
      case "For":
        this.#for(node, scope);
        break;
      case "Set":
        this.#set(node, scope);
        break;
      case "Macro":
        scope.set(node.name.value, macroOf(this, node.name.value, node, scope));
        break;
      case "CallStatement":
        this.#callBlock(node, scope);
        break;
      case "FilterStatement":
        this.#print(this.#filter(node.filter, this.captured(node.body, new Scope(scope)), scope));
        break;
      case "Break":
        throw new BreakLoop();
      case "Continue":
        throw new ContinueLoop();
      default:
        this.#print(this.evaluate(node, scope));
    }
  }

  #for({ loopvar, iterable, body, defaultBlock }: ForNode, scope: Scope): void {
    const targets = loopvar.type === "TupleLiteral" ? loopvar.value : [loopvar];
    const last = targets.at(-1);
    const recursive = last?.type === "Identifier" && last.value === RECURSIVE;
    const named = recursive ? targets.slice(0, -1) : targets;
    const target: Node = named.length === 1 && named[0] ? named[0] : { type: "TupleLiteral", value: named };
    const [source, test] = iterable.type === "SelectExpression" ? [iterable.lhs, iterable.test] : [iterable];

    const run = (value: Value, depth: number): void => {
      const items = iterate(value, this.budget).filter((item) => {
        if (!test) return true;
        const inner = new Scope(scope);
        this.#assign(target, item, inner);
        return isTrue(this.evaluate(test, inner));
      });
      const again = (inner: Value) => this.#apart(() => run(inner, depth + 1));
      const loop = new Loop(items, depth, this.budget, recursive ? again : undefined);
      if (items.length === 0) this.#block(defaultBlock, new Scope(scope));
      else this.#rounds(body, target, loop, scope);
    };
    run(this.evaluate(source, scope), 0);
  }

  #apart(work: () => void): string {
    const outer = this.#output;
    this.#output = { parts: [], length: 0 };
    try {
      work();
      return this.#output.parts.join("");
    } finally {
      this.#output = outer;
    }
  }

  /** What was written in a round before it was broken off stays. */
  #rounds(body: Body, target: Node, loop: Loop, scope: Scope): void {
    for (const [at, item] of loop.items.entries()) {
      loop.index0 = at;
      const inner = new Scope(scope);
      inner.set("loop", loop.value);
      this.#assign(target, item, inner);
      this.budget.steps(1);
      try {
        this.#block(body, inner);
      } catch (error) {
        if (error instanceof BreakLoop) return;
        if (!(error instanceof ContinueLoop)) throw error;
      }
    }
  }

  #set({ assignee, value, body }: SetNode, scope: Scope): void {
    if (value) {
      this.#assign(assignee, this.evaluate(value, scope), scope);
      return;
    }
    const inside = this.captured(body, new Scope(scope));
    const filters: FilterNode["filter"][] = [];
    let target = assignee;
    for (; target.type === "FilterExpression"; target = target.operand) filters.unshift(target.filter);
    const text = filters.reduce<Value>((found, filter) => this.#filter(filter, found, scope), inside);
    this.#assign(target, text, scope);
  }

  #assign(target: Node, value: Value, scope: Scope): void {
    if (target.type === "Identifier") {
      scope.set(target.value, value);
      return;
    }
    if (target.type === "TupleLiteral") {
      const items = iterate(value, this.budget);
      if (items.length !== target.value.length) {
        throw new Error(`expected ${target.value.length} values to unpack, but found ${items.length}`);
      }
      for (const [at, one] of target.value.entries()) this.#assign(one, items[at] ?? null, scope);
      return;
    }
    if (target.type !== "MemberExpression" || target.computed || target.property.type !== "Identifier") {
      throw new Error("only names and attributes of namespaces can be set");
    }
    const object = this.evaluate(target.object, scope);
    if (!(object instanceof Namespace)) throw new Error("cannot assign attribute on non-namespace object");
    object.attributes.set(target.property.value, value);
  }

  #callBlock({ call, callerArgs, body }: CallBlockNode, scope: Scope): void {
    const { callee } = call;
    if (callee.type === "Identifier" && callee.value === WITH) {
      const inner = new Scope(scope);
      for (const [name, value] of this.#arguments(call.args, scope).named) inner.set(name, value);
      this.#block(body, inner);
      return;
    }
    const caller = macroOf(this, "caller", { args: callerArgs ?? [], body }, scope);
    const { positional, named } = this.#arguments(call.args, scope);
    const given = { positional, named: new Map([...named, ["caller", caller] as const]) };
    this.#print(this.#call(this.evaluate(callee, scope), given));
  }

  evaluate(node: Node, scope: Scope): Value {
    this.budget.steps(1);
    const value = this.budget.within(() => this.#value(node, scope));
    this.budget.use(value);
    return value;
  }

  #value(node: Node, scope: Scope): Value {
    switch (node.type) {
      case "StringLiteral":
        return node.value;
      case "IntegerLiteral":
        return wholeNumber(node.value);
      case "FloatLiteral":
        return new Float(node.value);
      case "ArrayLiteral":
        return node.value.map((item) => this.evaluate(item, scope));
      case "TupleLiteral":
        return new Tuple(node.value.map((item) => this.evaluate(item, scope)));
      case "ObjectLiteral":
        return new Dict(
          Array.from(node.value, ([key, value]) => [this.evaluate(key, scope), this.evaluate(value, scope)]),
        );
      case "Identifier":
        return this.#lookUp(node.value, scope);
      case "MemberExpression":
        return this.#member(node, scope);
      case "CallExpression":
        return this.#callExpression(node, scope);
      case "BinaryExpression":
        return this.#binary(node, scope);
      case "UnaryExpression":
        return this.#unary(node.operator.value, this.evaluate(node.argument, scope));
      case "FilterExpression":
        return this.#filter(node.filter, this.evaluate(node.operand, scope), scope);
      case "SelectExpression":
        return isTrue(this.evaluate(node.test, scope))
          ? this.evaluate(node.lhs, scope)
          : new Undefined("the inline if-expression evaluated to false and no else section was defined");
      case "Ternary":
        return this.evaluate(isTrue(this.evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
      default:
        throw new Error(`${node.type} is no expression`);
    }
  }

  #lookUp(name: string, scope: Scope): Value {
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return constant;
    const found = scope.get(name);
    return orElse(found === undefined ? this.#globals.get(name) : found, () => missing(name));
  }

  #member({ object, property, computed }: MemberNode, scope: Scope): Value {
    const value = this.evaluate(object, scope);
    if (property.type === "SliceExpression") {
      const bounds = [property.start, property.stop, property.step];
      return sliceOf(
        value,
        bounds.map((bound) => bound && this.evaluate(bound, scope)),
        this.budget,
      );
    }
    if (computed || property.type !== "Identifier") return memberOf(value, this.evaluate(property, scope), this.budget);
    return attributeOf(value, property.value, this.budget);
  }

  #callExpression({ callee, args }: CallNode, scope: Scope): Value {
    if (callee.type === "Identifier" && (callee.value === GROUP || callee.value === TUPLE)) {
      const items = args.map((item) => this.evaluate(item, scope));
      return callee.value === GROUP && items.length === 1 ? (items[0] ?? null) : new Tuple(items);
    }
    const called = this.evaluate(callee, scope);
    return this.#call(called, this.#arguments(args, scope));
  }

  #call(called: Value, given: Arguments): Value {
    if (called instanceof Callable) return called.call(given);
    if (called instanceof Instance && called.call) return called.call(given);
    throw new Error(called instanceof Undefined ? called.what : `'${typeName(called)}' object is not callable`);
  }

  #arguments(nodes: readonly Node[], scope: Scope): Arguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    for (const node of nodes) {
      if (node.type === "KeywordArgumentExpression") named.set(node.key.value, this.evaluate(node.value, scope));
      else if (node.type === "SpreadExpression") {
        for (const item of iterate(this.evaluate(node.argument, scope), this.budget)) positional.push(item);
      } else if (node.type === "KeywordSpreadExpression") {
        const map = this.evaluate(node.argument, scope);
        if (!(map instanceof Dict)) throw new Error(`argument after ** must be a mapping, not ${typeName(map)}`);
        for (const [key, value] of map.entries()) named.set(written(key, this.budget), value);
      } else positional.push(this.evaluate(node, scope));
    }
    return { positional, named };
  }

  #filter(filter: Identifier | CallNode, value: Value, scope: Scope): Value {
    const [callee, args] = filter.type === "CallExpression" ? [filter.callee, filter.args] : [filter, []];
    if (callee.type !== "Identifier") throw new Error("a filter has no name");
    const name = callee.value;
    const given = this.#arguments(args, scope);
    if (name.startsWith(IS_NOT)) return !passes(name.slice(IS_NOT.length), value, given.positional, this.#tools);
    if (name.startsWith(IS)) return passes(name.slice(IS.length), value, given.positional, this.#tools);
    return filtered(name, value, given, this.#tools);
  }

  #binary(node: BinaryNode, scope: Scope): Value {
    const operator = node.operator.value;
    if (operator === "and" || operator === "or") {
      const left = this.evaluate(node.left, scope);
      return isTrue(left) === (operator === "and") ? this.evaluate(node.right, scope) : left;
    }
    const { first, rest } = chain(node);
    if (COMPARISONS.has(operator)) return this.#comparison(first, rest, scope);
    if (rest.some((link) => link.operator === "~")) return this.#joined(first, rest, scope);
    return operate(operator, this.evaluate(node.left, scope), this.evaluate(node.right, scope), this.budget);
  }

  /** `a < b < c` is `a < b and b < c`. */
  #comparison(first: Node, rest: readonly Link[], scope: Scope): boolean {
    let left = this.evaluate(first, scope);
    for (const { operator, node } of rest) {
      const right = this.evaluate(node, scope);
      if (!compare(operator, left, right, this.budget)) return false;
      left = right;
    }
    return true;
  }

  /** `~` binds closer than `+` and `-`, with which the library has it in one row. */
  #joined(first: Node, rest: readonly Link[], scope: Scope): Value {
    let sum: Value | undefined;
    let operator = "+";
    let group: Value[] = [this.evaluate(first, scope)];
    const close = () => {
      const [only = null] = group;
      const value = group.length === 1 ? only : group.map((item) => written(item, this.budget)).join("");
      if (typeof value === "string") this.budget.text(value.length);
      sum = sum === undefined ? value : operate(operator, sum, value, this.budget);
    };
    for (const link of rest) {
      const value = this.evaluate(link.node, scope);
      if (link.operator === "~") {
        group.push(value);
        continue;
      }
      close();
      operator = link.operator;
      group = [value];
    }
    close();
    return sum ?? "";
  }

  #unary(operator: string, value: Value): Value {
    if (operator === "not") return !isTrue(value);
    if (value instanceof Undefined) throw new Error(value.what);
    const figure = numberOf(value);
    if (!figure) throw new Error(`bad operand type for unary ${operator}: '${typeName(value)}'`);
    const signed = operator === "-" ? -figure.value : figure.value;
    return figure.whole ? wholeNumber(signed) : new Float(signed);
  }
}
