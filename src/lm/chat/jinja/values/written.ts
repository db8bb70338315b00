import type { Budget } from "../budget";
import {
  Callable,
  Dict,
  Float,
  Instance,
  isList,
  itemsOf,
  Namespace,
  numberOf,
  Range,
  Stream,
  Tuple,
  typeName,
  Undefined,
  type Value,
  View,
} from "./values";

/** Python's `str(value)`, which is what `{{ value }}` writes. */
export function written(value: Value, budget: Budget): string {
  if (typeof value === "string") return value;
  if (value instanceof Undefined) return "";
  return represented(value, budget);
}

/** Python's `repr(value)`. */
export function represented(value: Value, budget: Budget): string {
  const writer = new Writer(budget);
  represent(value, writer);
  return writer.text();
}

/** Text that grows piece by piece, within its limits: what is in a list twice is written twice. */
class Writer {
  readonly #parts: string[] = [];
  #length = 0;
  constructor(readonly budget: Budget) {}
  add(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
    this.budget.steps(1 + part.length / 32);
    this.budget.room(this.#length);
  }
  text(): string {
    return this.#parts.join("");
  }
}

function represent(value: Value, writer: Writer): void {
  const list = (open: string, items: Iterable<Value>, close: string) => {
    writer.add(open);
    let first = true;
    for (const item of items) {
      if (!first) writer.add(", ");
      first = false;
      writer.budget.within(() => represent(item, writer));
    }
    writer.add(close);
  };
  if (typeof value === "string") writer.add(quotedText(value));
  else if (isList(value)) list("[", value, "]");
  else if (value instanceof Tuple) list("(", value.items, value.items.length === 1 ? ",)" : ")");
  else if (value instanceof Dict) {
    writer.add("{");
    let first = true;
    for (const [key, item] of value.entries()) {
      if (!first) writer.add(", ");
      first = false;
      represent(key, writer);
      writer.add(": ");
      writer.budget.within(() => represent(item, writer));
    }
    writer.add("}");
  } else if (value instanceof View) list(`${value.kind}([`, itemsOf(value) ?? [], "])");
  else if (value instanceof Namespace) {
    writer.add("<Namespace ");
    writer.budget.within(() => represent(new Dict(value.attributes), writer));
    writer.add(">");
  } else writer.add(simple(value));
}

function simple(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Range) {
    return `range(${value.start}, ${value.stop}${value.step === 1 ? "" : `, ${value.step}`})`;
  }
  if (value instanceof Callable) return `<function ${value.name}>`;
  return `<${value instanceof Instance || value instanceof Stream ? typeName(value) : "object"} object>`;
}

/** A float as Python writes it: shortest digits, always with a point or an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Quotes as Python chooses them: single ones, unless there are such inside and no double ones. */
function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\'"]|[^\P{C}]|[^\P{Z} ]/gu, (char) => {
    if (char === "\\") return "\\\\";
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    const code = char.codePointAt(0) ?? 0;
    const short = SHORT.get(char);
    if (short) return short;
    const hex = code.toString(16);
    if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
  return `${quote}${inside}${quote}`;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

export interface JsonStyle {
  /** What one level is set in by; undefined: all on one line. */
  readonly indent: string | undefined;
  readonly asciiOnly: boolean;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
}

/** Python's `json.dumps`. */
export function jsonText(value: Value, style: JsonStyle, budget: Budget): string {
  const writer = new Writer(budget);
  writeJson(value, style, writer, "\n");
  return writer.text();
}

function writeJson(value: Value, style: JsonStyle, writer: Writer, newline: string): void {
  const items = isList(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items)
    writeAll(
      "[",
      items.map((item) => ["", item] as const),
      "]",
      style,
      writer,
      newline,
    );
  else if (value instanceof Dict) {
    const entries = Array.from(value.entries(), ([key, item]) => [keyText(key), item] as const);
    if (style.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const named = entries.map(([key, item]) => [jsonString(key, style.asciiOnly) + style.separators[1], item] as const);
    writeAll("{", named, "}", style, writer, newline);
  } else writer.add(typeof value === "string" ? jsonString(value, style.asciiOnly) : jsonWord(value));
}

/** @param items with what stands before each */
function writeAll(
  open: string,
  items: readonly (readonly [before: string, item: Value])[],
  close: string,
  style: JsonStyle,
  writer: Writer,
  newline: string,
): void {
  const inner = style.indent === undefined ? "" : newline + style.indent;
  for (const [at, [before, item]] of items.entries()) {
    writer.add(`${at === 0 ? open : style.separators[0]}${inner}${before}`);
    writer.budget.within(() => writeJson(item, style, writer, inner));
  }
  writer.add(items.length === 0 ? open + close : `${style.indent === undefined ? "" : newline}${close}`);
}

function jsonWord(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (!numberOf(value)) throw new Error(`Object of type ${typeName(value)} is not JSON serializable`);
  const word = simple(value);
  return word === "nan" ? "NaN" : word.replace("inf", "Infinity");
}

function keyText(key: Value): string {
  if (typeof key === "string") return key;
  if (key !== null && !numberOf(key))
    throw new Error(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
  return jsonWord(key);
}

function jsonString(text: string, asciiOnly: boolean): string {
  const plain = JSON.stringify(text);
  if (!asciiOnly) return plain;
  return plain.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
