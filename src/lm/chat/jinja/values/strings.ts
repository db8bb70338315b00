import type { Budget } from "../budget";
import { callable, flag, textArgument, wholeArgument } from "./call";
import { braceFormat } from "./format";
import { isSpace, leadingSpace, splitLines, trailingSpace, WORDS } from "./space";
import { Callable, Dict, isList, iterate, lengthOf, Tuple, typeName, type Value } from "./values";

type Values = readonly (Value | undefined)[];
type Method = readonly [parameters: readonly string[], body: (text: string, values: Values, budget: Budget) => Value];

/** A method of `str`, bound to its text. Methods that no template is known to use are not there. */
export function stringMethod(
  text: string,
  name: string,
  member: (value: Value, name: string, computed: boolean) => Value,
  budget: Budget,
): Callable | undefined {
  if (name === "format" || name === "format_map") {
    return new Callable(name, (given) => {
      const [map] = given.positional;
      const named = name === "format_map" && map instanceof Dict ? namedOf(map) : given.named;
      return braceFormat(text, { positional: name === "format" ? given.positional : [], named }, member, budget);
    });
  }
  const method = METHODS.get(name);
  if (!method) return undefined;
  const [parameters, body] = method;
  return callable(name, parameters, (...values) => {
    budget.text(text.length);
    const result = body(text, values, budget);
    if (typeof result === "string") budget.text(result.length);
    return result;
  });
}

function namedOf(map: Dict): Map<string, Value> {
  return new Map(Array.from(map.entries()).flatMap(([key, value]) => (typeof key === "string" ? [[key, value]] : [])));
}

/** White space, or the characters given, cut off at the ends. */
export function strip(text: string, characters: Value | undefined, ends: "both" | "left" | "right"): string {
  if (characters === undefined || characters === null) {
    const from = ends === "right" ? 0 : leadingSpace(text);
    return text.slice(from, ends === "left" ? text.length : Math.max(from, text.length - trailingSpace(text)));
  }
  const cut = new Set(textArgument("strip arg", characters));
  const points = Array.from(text);
  let [from, to] = [0, points.length];
  if (ends !== "right") while (from < to && cut.has(points[from] ?? "")) from++;
  if (ends !== "left") while (to > from && cut.has(points[to - 1] ?? "")) to--;
  return points.slice(from, to).join("");
}

/** Pieces between separators, at most `most` cuts, from the left or the right. */
function split(text: string, separator: Value | undefined, most: number, fromRight: boolean, budget: Budget): string[] {
  const cuts = most < 0 ? Number.POSITIVE_INFINITY : most;
  if (separator === undefined || separator === null) return splitWords(text, cuts, fromRight);
  const by = textArgument("separator", separator);
  if (by === "") throw new Error("empty separator");
  budget.search(text, by);
  const pieces = text.split(by);
  budget.items(pieces.length);
  if (pieces.length - 1 <= cuts) return pieces;
  if (fromRight) {
    const kept = pieces.splice(pieces.length - cuts, cuts);
    return [pieces.join(by), ...kept];
  }
  return [...pieces.splice(0, cuts), pieces.join(by)];
}

function splitWords(text: string, cuts: number, fromRight: boolean): string[] {
  const found = [...text.matchAll(WORDS)];
  const words = found.map(([word]) => word);
  if (words.length === 0 || words.length <= cuts) return words;
  // What the last cut leaves keeps its white space at the far end.
  if (!fromRight) {
    return [...words.slice(0, cuts), text.slice(found[cuts]?.index ?? 0)];
  }
  const last = found[found.length - 1 - cuts];
  return [text.slice(0, (last?.index ?? 0) + (last?.[0].length ?? 0)), ...words.slice(words.length - cuts)];
}

export function replaceText(text: string, old: string, by: string, count: number, budget: Budget): string {
  budget.search(text, old);
  if (count === 0) return text;
  const points = old === "" ? Array.from(text) : undefined;
  // Nothing stands before every character, and at the end.
  const pieces = points ? ["", ...points, ""] : text.split(old);
  const cuts = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1);
  budget.text(text.length + cuts * by.length);
  const joined = pieces.slice(0, cuts + 1).join(by);
  const rest = pieces.slice(cuts + 1);
  return rest.length === 0 ? joined : joined + old + rest.join(old);
}

/** Where a text begins or ends with one, or one of several. */
function hasEnd(text: string, [wanted, start, end]: Values, ends: "left" | "right"): boolean {
  const part = sliced(text, start, end);
  const any = wanted instanceof Tuple ? wanted.items : [wanted];
  return any.some((one) => {
    const piece = textArgument(`${ends === "left" ? "startswith" : "endswith"} first arg`, one);
    return ends === "left" ? part.startsWith(piece) : part.endsWith(piece);
  });
}

function sliced(text: string, start: Value | undefined, end: Value | undefined): string {
  if ((start ?? null) === null && (end ?? null) === null) return text;
  const points = Array.from(text);
  return points.slice(wholeArgument("start", start, 0), wholeArgument("end", end, points.length)).join("");
}

function find(text: string, [wanted, start, end]: Values, last: boolean, budget: Budget): number {
  const piece = textArgument("argument", wanted);
  budget.search(text, piece);
  const points = Array.from(text);
  const from = wholeArgument("start", start, 0);
  const offset = from < 0 ? Math.max(0, points.length + from) : from;
  const part = points.slice(offset, wholeArgument("end", end, points.length)).join("");
  const at = last ? part.lastIndexOf(piece) : part.indexOf(piece);
  return at < 0 ? -1 : offset + (lengthOf(part.slice(0, at)) ?? 0);
}

function found(at: number): number {
  if (at < 0) throw new Error("substring not found");
  return at;
}

function padded(text: string, [width, fill]: Values, align: "left" | "right" | "center", budget: Budget): string {
  const size = wholeArgument("width", width, 0);
  budget.text(Math.max(0, size));
  const char = fill === undefined ? " " : textArgument("fill character", fill);
  if (lengthOf(char) !== 1) throw new Error("The fill character must be exactly one character long");
  const missing = size - (lengthOf(text) ?? 0);
  if (missing <= 0) return text;
  if (align === "left") return text + char.repeat(missing);
  if (align === "right") return char.repeat(missing) + text;
  // CPython's rule for the odd one.
  const left = Math.floor(missing / 2) + (missing & size & 1);
  return char.repeat(left) + text + char.repeat(missing - left);
}

export function capitalized(text: string): string {
  const [first = "", ...rest] = Array.from(text);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Every run of letters begins with a capital, as `str.title` has it. */
function titled(text: string): string {
  return text.replace(/\p{Cased}+/gu, (run) => capitalized(run));
}

const every = (pattern: RegExp) => (text: string) => text !== "" && pattern.test(text);
const isLower = (text: string) => /\p{Cased}/u.test(text) && text === text.toLowerCase() && !/\p{Lt}/u.test(text);
const isUpper = (text: string) => /\p{Cased}/u.test(text) && text === text.toUpperCase() && !/\p{Lt}/u.test(text);

export { isLower, isUpper };

const SPLIT = ["sep?", "maxsplit?"];
const ENDS = ["prefix", "start?", "end?"];
const FIND = ["sub", "start?", "end?"];

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["upper", [[], (text) => text.toUpperCase()]],
  ["lower", [[], (text) => text.toLowerCase()]],
  ["casefold", [[], (text) => text.toLowerCase().replaceAll("ß", "ss")]],
  ["capitalize", [[], capitalized]],
  ["title", [[], titled]],
  [
    "swapcase",
    [[], (text) => Array.from(text, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join("")],
  ],
  ["strip", [["chars?"], (text, [chars]) => strip(text, chars, "both")]],
  ["lstrip", [["chars?"], (text, [chars]) => strip(text, chars, "left")]],
  ["rstrip", [["chars?"], (text, [chars]) => strip(text, chars, "right")]],
  ["split", [SPLIT, (text, [by, most], budget) => split(text, by, wholeArgument("maxsplit", most, -1), false, budget)]],
  ["rsplit", [SPLIT, (text, [by, most], budget) => split(text, by, wholeArgument("maxsplit", most, -1), true, budget)]],
  ["splitlines", [["keepends?"], (text, [keep]) => splitLines(text, flag(keep))]],
  ["partition", [["sep"], (text, values, budget) => partition(text, values, false, budget)]],
  ["rpartition", [["sep"], (text, values, budget) => partition(text, values, true, budget)]],
  ["startswith", [ENDS, (text, values) => hasEnd(text, values, "left")]],
  ["endswith", [ENDS, (text, values) => hasEnd(text, values, "right")]],
  ["find", [FIND, (text, values, budget) => find(text, values, false, budget)]],
  ["rfind", [FIND, (text, values, budget) => find(text, values, true, budget)]],
  ["index", [FIND, (text, values, budget) => found(find(text, values, false, budget))]],
  ["rindex", [FIND, (text, values, budget) => found(find(text, values, true, budget))]],
  ["count", [FIND, count]],
  [
    "replace",
    [
      ["old", "new", "count?"],
      (text, [old, by, most], budget) =>
        replaceText(text, textArgument("old", old), textArgument("new", by), wholeArgument("count", most, -1), budget),
    ],
  ],
  ["join", [["iterable"], joined]],
  ["zfill", [["width"], zeroFilled]],
  ["ljust", [["width", "fillchar?"], (text, values, budget) => padded(text, values, "left", budget)]],
  ["rjust", [["width", "fillchar?"], (text, values, budget) => padded(text, values, "right", budget)]],
  ["center", [["width", "fillchar?"], (text, values, budget) => padded(text, values, "center", budget)]],
  [
    "removeprefix",
    [["prefix"], (text, [end]) => (hasEnd(text, [end], "left") ? text.slice(String(end).length) : text)],
  ],
  [
    "removesuffix",
    [
      ["suffix"],
      (text, [end]) => (hasEnd(text, [end], "right") ? text.slice(0, text.length - String(end).length) : text),
    ],
  ],
  ["expandtabs", [["tabsize?"], expandTabs]],
  ["isdigit", [[], every(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089\u2460-\u2468]+$/u)]],
  ["isdecimal", [[], every(/^\p{Nd}+$/u)]],
  ["isnumeric", [[], every(/^\p{N}+$/u)]],
  ["isalpha", [[], every(/^\p{L}+$/u)]],
  ["isalnum", [[], every(/^[\p{L}\p{N}]+$/u)]],
  ["isascii", [[], (text) => /^[\0-\x7f]*$/.test(text)]],
  ["isspace", [[], (text) => text !== "" && Array.from(text).every(isSpace)]],
  ["islower", [[], isLower]],
  ["isupper", [[], isUpper]],
  ["istitle", [[], (text) => /\p{Cased}/u.test(text) && titled(text) === text]],
  ["isidentifier", [[], every(/^[\p{L}_][\p{L}\p{N}_]*$/u)]],
]);

function partition(text: string, [by]: Values, last: boolean, budget: Budget): Tuple {
  const wanted = textArgument("separator", by);
  if (wanted === "") throw new Error("empty separator");
  budget.search(text, wanted);
  const at = last ? text.lastIndexOf(wanted) : text.indexOf(wanted);
  if (at < 0) return new Tuple(last ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, at), wanted, text.slice(at + wanted.length)]);
}

function count(text: string, [wanted, start, end]: Values, budget: Budget): number {
  const piece = textArgument("argument", wanted);
  budget.search(text, piece);
  const part = sliced(text, start, end);
  return piece === "" ? (lengthOf(part) ?? 0) + 1 : part.split(piece).length - 1;
}

function joined(text: string, [items]: Values, budget: Budget): string {
  if (items === undefined || (!isList(items) && lengthOf(items) === undefined && typeName(items) !== "generator")) {
    throw new Error("can only join an iterable");
  }
  const parts = iterate(items, budget).map((item, at) => {
    if (typeof item !== "string")
      throw new Error(`sequence item ${at}: expected str instance, ${typeName(item ?? null)} found`);
    return item;
  });
  budget.text(parts.reduce((sum, part) => sum + part.length + text.length, 0));
  return parts.join(text);
}

function zeroFilled(text: string, [width]: Values, budget: Budget): string {
  const size = wholeArgument("width", width, 0);
  budget.text(Math.max(0, size));
  const sign = /^[+-]/.test(text) ? text.slice(0, 1) : "";
  return sign + "0".repeat(Math.max(0, size - (lengthOf(text) ?? 0))) + text.slice(sign.length);
}

function expandTabs(text: string, [size]: Values, budget: Budget): string {
  const width = wholeArgument("tabsize", size, 8);
  budget.text(text.length + Math.max(0, width) * text.split("\t").length);
  let column = 0;
  return Array.from(text, (char) => {
    if (char === "\t") {
      const spaces = width > 0 ? width - (column % width) : 0;
      column += spaces;
      return " ".repeat(spaces);
    }
    column = char === "\n" || char === "\r" ? 0 : column + 1;
    return char;
  }).join("");
}
