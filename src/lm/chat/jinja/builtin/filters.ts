import { attributeOf } from "../values/attributes";
import { bind, flag, textArgument, wholeArgument } from "../values/call";
import { percentFormat } from "../values/format";
import { halfEven } from "../values/numbers";
import { wholeNumber } from "../values/operators";
import { splitLines, WORDS } from "../values/space";
import { capitalized, replaceText, strip } from "../values/strings";
import {
  type Arguments,
  Dict,
  Float,
  isTrue,
  iterate,
  lengthOf,
  numberOf,
  Stream,
  Tuple,
  typeName,
  Undefined,
  type Value,
  View,
} from "../values/values";
import { jsonText, written } from "../values/written";
import { SEQUENCE_FILTERS } from "./sequenceFilters";
import type { Filter, Tools } from "./tools";

/** Applies a filter. @throws {Error} for one that is not there, and what it does not take */
export function filtered(name: string, value: Value, given: Arguments, tools: Tools): Value {
  const filter = FILTERS.get(name) ?? SEQUENCE_FILTERS.get(name);
  if (!filter) throw new Error(`No filter named '${name}'`);
  tools.budget.use(value);
  return filter(value, given, tools);
}

export function hasFilter(name: string): boolean {
  return FILTERS.has(name) || SEQUENCE_FILTERS.has(name);
}

/** A filter of the value's text. */
function ofText(name: string, parameters: readonly string[], body: TextFilter): readonly [string, Filter] {
  return [
    name,
    (value, given, tools) => {
      const text = written(value, tools.budget);
      tools.budget.text(text.length);
      const result = body(text, bind(name, given, parameters), tools);
      if (typeof result === "string") tools.budget.text(result.length);
      return result;
    },
  ];
}

type Values = readonly (Value | undefined)[];
type TextFilter = (text: string, values: Values, tools: Tools) => Value;

/** Source: jinja2/filters.py; `tojson` as transformers replaces it. What makes HTML is left out, apart from `escape`. */
const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ofText("upper", [], (text) => text.toUpperCase()),
  ofText("lower", [], (text) => text.toLowerCase()),
  ofText("capitalize", [], capitalized),
  ofText("title", [], titled),
  ofText("string", [], (text) => text),
  ofText("safe", [], (text) => text),
  ofText("trim", ["chars?"], (text, [chars]) => strip(text, chars, "both")),
  ...["e", "escape", "forceescape"].map((name) => ofText(name, [], escaped)),
  ofText("striptags", [], withoutTags),
  ofText("wordcount", [], (text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  ofText("replace", ["old", "new", "count?"], (text, [old, by, count], { budget }) =>
    replaceText(text, written(old ?? "", budget), written(by ?? "", budget), wholeArgument("count", count, -1), budget),
  ),
  ofText("center", ["width?"], (text, [width]) => {
    const missing = wholeArgument("width", width, 80) - (lengthOf(text) ?? 0);
    const size = missing + (lengthOf(text) ?? 0);
    const left = missing > 0 ? Math.floor(missing / 2) + (missing & size & 1) : 0;
    return missing > 0 ? " ".repeat(left) + text + " ".repeat(missing - left) : text;
  }),
  ofText("indent", ["width?", "first?", "blank?"], indented),
  ofText("truncate", ["length?", "killwords?", "end?", "leeway?"], truncated),
  ofText("urlencode", [], (text) =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%2F", "/"),
  ),
  [
    "format",
    (value, { positional, named }, { budget }) => {
      if (positional.length > 0 && named.size > 0)
        throw new Error("can't handle positional and keyword arguments at the same time");
      const values = named.size > 0 ? new Dict(named) : new Tuple(positional);
      return percentFormat(written(value, budget), values, budget);
    },
  ],
  ...["d", "default"].map((name): [string, Filter] => [
    name,
    (value, given) => {
      const [otherwise = "", falsy] = bind("default", given, ["default_value?", "boolean?"]);
      return value instanceof Undefined || (flag(falsy) && !isTrue(value)) ? otherwise : value;
    },
  ]),
  ["abs", absolute],
  [
    "attr",
    (value, given, { budget }) => {
      const [name] = bind("attr", given, ["name"]);
      return value instanceof Dict
        ? lookedUp(value, textArgument("name", name), budget)
        : attributeOf(value, textArgument("name", name), budget);
    },
  ],
  ["int", (value, given) => toInt(value, bind("int", given, ["default?", "base?"]))],
  ["float", (value, given) => toFloat(value, bind("float", given, ["default?"]))],
  ["round", (value, given) => rounded(value, bind("round", given, ["precision?", "method?"]))],
  [
    "items",
    (value) => {
      if (value instanceof Undefined) return new Stream([]);
      if (!(value instanceof Dict)) throw new Error("Can only get item pairs from a mapping.");
      return new Stream(iterate(new View("dict_items", value), { items: () => undefined, steps: () => undefined }));
    },
  ],
  ["tojson", toJson],
]);

/** `attr` sees attributes alone, where `.` sees items too. */
function lookedUp(dict: Dict, name: string, budget: Tools["budget"]): Value {
  const found = attributeOf(new Dict(), name, budget);
  return found instanceof Undefined ? found : attributeOf(dict, name, budget);
}

function titled(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map(capitalized)
    .join("");
}

/** Each pattern is only tried where its end is known to follow: else it would look for it from every place. */
function withoutTags(text: string): string {
  const without = (from: string, end: string, pattern: RegExp) => {
    const last = from.lastIndexOf(end) + end.length;
    return last < end.length ? from : from.slice(0, last).replace(pattern, "") + from.slice(last);
  };
  const tagged = without(text, "-->", /<!--[\s\S]*?-->/g);
  return (
    without(tagged, ">", /<[^>]*>/g)
      .match(WORDS)
      ?.join(" ") ?? ""
  );
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ["'", "&#39;"],
  ['"', "&#34;"],
]);

function escaped(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => ENTITIES.get(char) ?? char);
}

function indented(text: string, [width, first, blank]: Values, { budget }: Tools): string {
  const by = typeof width === "string" ? width : " ".repeat(blanks(wholeArgument("width", width, 4), budget));
  const lines = splitLines(`${text}\n`);
  budget.text(text.length + lines.length * by.length);
  const all = flag(blank);
  const rest = lines.slice(1).map((line) => (line === "" && !all ? line : by + line));
  return (flag(first) ? by : "") + [lines[0] ?? "", ...rest].join("\n");
}

function blanks(count: number, budget: Tools["budget"]): number {
  budget.text(Math.max(0, count));
  return Math.max(0, count);
}

function truncated(text: string, [length, killWords, end, leeway]: Values): string {
  const most = wholeArgument("length", length, 255);
  const mark = end === undefined ? "..." : textArgument("end", end);
  const points = Array.from(text);
  if (points.length <= most + wholeArgument("leeway", leeway, 5)) return text;
  const cut = points.slice(0, most - (lengthOf(mark) ?? 0)).join("");
  const space = flag(killWords) ? -1 : cut.lastIndexOf(" ");
  return (space < 0 ? cut : cut.slice(0, space)) + mark;
}

function absolute(value: Value, given: Arguments): Value {
  bind("abs", given, []);
  const figure = numberOf(value);
  if (!figure) throw new Error(`bad operand type for abs(): '${typeName(value)}'`);
  return figure.whole ? Math.abs(figure.value) : new Float(Math.abs(figure.value));
}

const INT = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT = /^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?$/i;

function toInt(value: Value, [otherwise = 0, base]: Values): Value {
  if (value instanceof Undefined) throw new Error(value.what);
  const radix = wholeArgument("base", base, 10);
  if (typeof value === "string") {
    const text = strip(value, undefined, "both");
    if (radix === 10 && INT.test(text)) return wholeNumber(Number(text.replaceAll("_", "")));
    if (radix !== 10) return inBase(text, radix) ?? otherwise;
    return FLOAT.test(text) ? whole(Number(text.replaceAll("_", "")), otherwise) : otherwise;
  }
  const figure = numberOf(value);
  return figure ? whole(figure.value, otherwise) : otherwise;
}

function whole(value: number, otherwise: Value): Value {
  return Number.isFinite(value) ? wholeNumber(Math.trunc(value)) : otherwise;
}

function inBase(text: string, base: number): number | undefined {
  const digits = text.toLowerCase().replace(base === 16 ? /^0x/ : base === 8 ? /^0o/ : base === 2 ? /^0b/ : /^$/, "");
  const value = Number.parseInt(digits, base);
  return Number.isNaN(value) || value.toString(base) !== digits.replace(/^0+(?=.)/, "") ? undefined : value;
}

function toFloat(value: Value, [otherwise = new Float(0)]: Values): Value {
  if (value instanceof Undefined) throw new Error(value.what);
  const figure = numberOf(value);
  if (figure) return new Float(figure.value);
  const text = typeof value === "string" ? strip(value, undefined, "both") : "";
  if (FLOAT.test(text)) return new Float(Number(text.replaceAll("_", "")));
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (!word) return otherwise;
  const size = /nan/i.test(text) ? Number.NaN : Number.POSITIVE_INFINITY;
  return new Float(word[1] === "-" ? -size : size);
}

function rounded(value: Value, [precision, method]: Values): Value {
  const digits = wholeArgument("precision", precision, 0);
  const how = method === undefined ? "common" : textArgument("method", method);
  const figure = numberOf(value);
  if (!figure) throw new Error(`type ${typeName(value)} doesn't define __round__ method`);
  if (how === "common") {
    if (figure.whole && digits >= 0) return figure.value;
    const result = halfEven(figure.value, digits);
    return figure.whole ? result : new Float(result);
  }
  if (how !== "ceil" && how !== "floor") throw new Error("method must be common, ceil or floor");
  const scale = 10 ** digits;
  return new Float((how === "ceil" ? Math.ceil : Math.floor)(figure.value * scale) / scale);
}

const JSON_PARAMETERS = ["ensure_ascii?", "indent?", "separators?", "sort_keys?"];

/** As transformers has it: nothing is escaped for HTML, and characters stay what they are. */
function toJson(value: Value, given: Arguments, { budget }: Tools): Value {
  const [ascii, indent = null, separators = null, sort] = bind("tojson", given, JSON_PARAMETERS);
  const by =
    indent === null
      ? undefined
      : typeof indent === "string"
        ? indent
        : " ".repeat(blanks(wholeArgument("indent", indent, 0), budget));
  const [item, key] = separators === null ? [by === undefined ? ", " : ",", ": "] : iterate(separators, budget);
  return jsonText(
    value,
    {
      indent: by,
      asciiOnly: flag(ascii),
      separators: [textArgument("separator", item), textArgument("separator", key)],
      sortKeys: flag(sort),
    },
    budget,
  );
}
