import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { AwaseError } from "../../base/errors";
import { isObject } from "../../formats/json";

/** Characters of a template. The longest that describe tools have some ten thousand. */
export const MAX_TEMPLATE_CHARACTERS = 256 * 1024;
/** White space in a row: the lexer looks for tags with a pattern whose time grows with its square. */
export const MAX_TEMPLATE_BLANKS = 1000;
/**
 * What one rendering may do. A step is a node evaluated, an item of a list, 32 characters of a string, or 64 comparisons of
 * characters; a round of a loop is ten. A template with tools takes some ten thousand; all of it takes about a second.
 */
export const MAX_TEMPLATE_STEPS = 500_000;
/** Characters and items in one value, the output among them. */
export const MAX_TEMPLATE_VALUE = 1_000_000;
/** Numbers in one `range`. jinja2's sandbox, in which transformers renders, has the same limit. */
export const MAX_TEMPLATE_RANGE = 100_000;

const CHARACTERS_PER_STEP = 32;
const COMPARISONS_PER_STEP = 64;
/** What an item of a loop costs, also with nothing inside: the library makes scopes and nine variables for each. */
const STEPS_PER_ROUND = 10;

type Program = ReturnType<typeof parse>;
type Statement = Parameters<Interpreter["evaluate"]>[0];
type Value = ReturnType<Interpreter["evaluate"]>;

/**
 * A jinja template from a model folder, which is not trusted: neither a loop nor a value that grows can hang the program.
 * White space around blocks is cut as transformers does (`trim_blocks`, `lstrip_blocks`).
 */
export class BoundedTemplate {
  readonly #program: Program;
  readonly #characters: number;

  /** @throws {AwaseError} `template/too-large`, `template/broken` */
  constructor(text: string) {
    checkSize(text);
    this.#characters = text.length;
    try {
      this.#program = parse(tokenize(text, { trim_blocks: true, lstrip_blocks: true }));
    } catch (cause) {
      // The parser walks off the end of a template that stops inside of a block.
      const found = cause instanceof TypeError ? "it ends before a block is closed" : reasonOf(cause);
      throw new AwaseError(
        "template/broken",
        `The chat template cannot be read: ${found}. Correct it in the model folder, or turn the template off.`,
        { cause, facts: { found } },
      );
    }
  }

  /**
   * @throws {AwaseError} `template/too-much` past a limit, `template/refused` when the template itself raises an exception,
   *   `template/failed` for anything else that goes wrong inside of it
   */
  render(variables: Readonly<Record<string, unknown>>): string {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...variables, ...GLOBALS })) environment.set(name, value);
    try {
      return String(new BoundedInterpreter(environment, this.#characters).run(this.#program).value);
    } catch (cause) {
      if (cause instanceof AwaseError) throw cause;
      // Thrown for a stack that is full and for strings no engine can hold.
      if (cause instanceof RangeError) throw tooMuch("nesting or length", "what can be held", cause);
      const found = reasonOf(cause);
      throw new AwaseError(
        "template/failed",
        `The chat template cannot be applied to this conversation: ${found}. Turn the template off to send the prompt as it is.`,
        { cause, facts: { found } },
      );
    }
  }
}

/** What every template may use besides the conversation. */
const GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range,
  raise_exception: (message: unknown) => {
    const found = String(message);
    throw new AwaseError(
      "template/refused",
      `The chat template refuses this conversation: ${found}. Change the messages, or turn the template off.`,
      { facts: { found } },
    );
  },
};

/** Python's `range`. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isFinite(count)) throw new Error("range() takes whole numbers and a step that is not 0");
  if (count > MAX_TEMPLATE_RANGE) throw tooMuch("numbers in a range", MAX_TEMPLATE_RANGE);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function checkSize(text: string): void {
  const tooLarge = (what: string, found: number, limit: number) =>
    new AwaseError(
      "template/too-large",
      `The chat template has ${found} ${what}; at most ${limit} are read. This is no template of a model; turn it off.`,
      { facts: { what, found, limit } },
    );
  if (text.length > MAX_TEMPLATE_CHARACTERS) throw tooLarge("characters", text.length, MAX_TEMPLATE_CHARACTERS);
  let blanks = 0;
  for (const character of text) {
    blanks = /\s/.test(character) ? blanks + 1 : 0;
    if (blanks > MAX_TEMPLATE_BLANKS) throw tooLarge("blanks in a row", blanks, MAX_TEMPLATE_BLANKS);
  }
}

function tooMuch(what: string, limit: number | string, cause?: unknown): AwaseError {
  return new AwaseError(
    "template/too-much",
    `The chat template was stopped: it needs more than ${limit} ${what}, which no chat template does. Turn the template off, or get the model from another place.`,
    { cause, facts: { what, limit } },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Nodes whose operation works on what was evaluated right below them. */
const OPERATIONS = new Set([
  "For",
  "BinaryExpression",
  "FilterExpression",
  "FilterStatement",
  "CallExpression",
  "CallStatement",
  "MemberExpression",
]);

interface Operand {
  readonly value: Value;
  readonly size: number;
}

/** An operation whose operands are being evaluated. */
interface Operation {
  readonly node: Statement;
  readonly operands: Operand[];
}

/**
 * The library's interpreter, counting. Every node goes through `evaluate`: there steps are counted and values weighed. An
 * operation whose time or result is a product of its operands is charged when they are known and before it begins.
 */
class BoundedInterpreter extends Interpreter {
  readonly #templateCharacters: number;
  #steps = 0;
  #operation: Operation | undefined;
  /** Length of the string that a method belongs to, by method. */
  readonly #owners = new WeakMap<object, number>();

  constructor(environment: Environment, templateCharacters: number) {
    super(environment);
    this.#templateCharacters = templateCharacters;
  }

  override evaluate(node: Statement, environment: Environment): Value {
    // These look through their whole body for the names in it.
    const scanned = node?.type === "Macro" || node?.type === "CallStatement" ? this.#templateCharacters : 0;
    this.#charge(scanned / CHARACTERS_PER_STEP);
    const outer = this.#operation;
    const own = node && OPERATIONS.has(node.type) ? { node, operands: [] } : undefined;
    this.#operation = own;
    let value: Value;
    try {
      value = super.evaluate(node, environment);
    } finally {
      this.#operation = outer;
    }
    const size = this.#weigh(value);
    if (own) this.#noteOwner(own, value);
    if (outer) this.#takeOperand(outer, { value, size });
    return value;
  }

  #charge(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_TEMPLATE_STEPS) throw tooMuch("steps", MAX_TEMPLATE_STEPS);
  }

  #takeOperand(operation: Operation, operand: Operand): void {
    const { node, operands } = operation;
    if (node?.type === "For") {
      if (operands.length > 0) return; // only what is looped over, not what each round writes
      this.#charge(itemsOf(operand.value) * STEPS_PER_ROUND);
    }
    operands.push(operand);
    this.#charge(this.#costOf(operation) / COMPARISONS_PER_STEP);
  }

  /** Characters and items of a value, those inside of it as often as they would be printed. */
  #weigh(value: Value): number {
    if (typeof value.value === "string") this.#charge(value.value.length / CHARACTERS_PER_STEP);
    let size = 0;
    let items = 0;
    const open: unknown[] = [value.value];
    while (open.length > 0) {
      const inner = open.pop();
      items++;
      size += typeof inner === "string" ? inner.length : 1;
      if (Array.isArray(inner)) for (const item of inner) open.push(item.value);
      else if (inner instanceof Map) for (const [key, item] of inner) open.push(key, item.value);
      if (size + open.length > MAX_TEMPLATE_VALUE)
        throw tooMuch("characters and items in one value", MAX_TEMPLATE_VALUE);
    }
    this.#charge(items);
    return size;
  }

  /** Remembers the string a method was taken from: the method may be called elsewhere. */
  #noteOwner({ node, operands: [object] }: Operation, value: Value): void {
    if (node?.type !== "MemberExpression" || value.type !== "FunctionValue" || object === undefined) return;
    if (typeof object.value.value === "string") this.#owners.set(value, object.size);
  }

  /** Characters that an operation may compare or write, as far as its operands are known; 0 where that is no product. */
  #costOf({ node, operands }: Operation): number {
    const [first, ...others] = operands;
    const last = operands.at(-1);
    if (!node || !first || !last) return 0;
    const rest = others.reduce((sum, { value, size }) => sum + magnitude(value, size), 0);
    switch (node.type) {
      case "BinaryExpression":
        return isMembership(node) && typeof first.value.value === "string" ? first.size * rest : 0;
      case "FilterExpression":
        return others.length > 0 && !isDefault(node) ? first.size * rest : 0;
      case "FilterStatement": // what is filtered and the filter's arguments come without a border between them
        return (first.size + rest) ** 2;
      case "CallExpression":
      case "CallStatement": {
        // Arguments come first, the method last.
        const owner = this.#owners.get(last.value) ?? 0;
        return owner * operands.reduce((sum, { size }) => sum + size, 0);
      }
      default:
        return 0;
    }
  }
}

function itemsOf({ value }: Value): number {
  return Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
}

/** How far a value can stretch a result: a width by its number, everything else by its size. */
function magnitude({ type, value }: Value, size: number): number {
  return type === "IntegerValue" ? Math.abs(Number(value)) : size;
}

function isMembership(node: object): boolean {
  const operator = "operator" in node && isObject(node.operator) ? node.operator.value : undefined;
  return operator === "in" || operator === "not in";
}

/** `x | default(y)` gives one or the other. */
function isDefault(node: object): boolean {
  const filter = "filter" in node && isObject(node.filter) ? node.filter : {};
  return isObject(filter.callee) && filter.callee.value === "default";
}
