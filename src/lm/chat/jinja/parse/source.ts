import { leadingSpace, trailingSpace } from "../values/space";

/** A stretch of a template. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  /** What stands between `{{` and `}}`, or `{%` and `%}`. */
  | { readonly kind: "expression" | "block"; readonly inside: string };

interface Open {
  readonly kind: "expression" | "block" | "comment";
  readonly at: number;
  readonly inside: number;
  readonly sign: string;
}

/**
 * A template in segments, white space cut as jinja2 does with transformers' settings: the line end behind a block or comment
 * (`trim_blocks`) and the blanks before one that begins its line (`lstrip_blocks`) go unless `+` keeps them; `-` takes all
 * white space on its side. The last line end of a template is none of its text. Comments are left out; what is `raw` is text.
 * Source: jinja2/lexer.py, `tokeniter`.
 * @throws {Error} for a tag that is never closed
 */
export function segmentsOf(source: string): readonly Segment[] {
  const text = source.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const segments: Segment[] = [];
  let at = 0;
  // Whether what stands before `at` ends a line: also a line end that was cut.
  let lineBegins = true;
  const addText = (end: number, open: Open | undefined) => {
    const before = open ? cutBefore(text.slice(at, end), open, lineBegins) : text.slice(at, end);
    if (before !== "") segments.push({ kind: "text", text: before });
  };
  while (at < text.length) {
    const open = nextTag(text, at);
    addText(open?.at ?? text.length, open);
    if (!open) break;
    const raw = open.kind === "block" ? RAW.exec(stretch(text, open.inside, MAX_RAW_TAG)) : null;
    if (raw) {
      const content = open.inside + raw[0].length;
      const end = findEndRaw(text, raw[0].includes("-%}") ? skipSpace(text, content) : content);
      const cut = cutBefore(text.slice(end.from, end.at), { kind: "block", at: 0, inside: 0, sign: end.sign }, false);
      if (cut !== "") segments.push({ kind: "text", text: cut });
      at = end.behind;
    } else if (open.kind === "comment") {
      const close = text.indexOf("#}", open.inside);
      if (close < 0) throw new Error("a comment is never closed");
      at = behindTag(text, close, text[close - 1] ?? "", true);
    } else {
      const close = closeOf(text, open);
      const sign = signBefore(text, close, open);
      segments.push({ kind: open.kind, inside: text.slice(open.inside, close - sign.length) });
      at = behindTag(text, close, sign, open.kind === "block");
    }
    lineBegins = text[at - 1] === "\n";
  }
  return segments;
}

const RAW = /^\s*raw\s*-?%\}/;
const END_RAW = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const MAX_RAW_TAG = 200;

function stretch(text: string, from: number, length: number): string {
  return text.slice(from, from + length);
}

/** The next `{{`, `{%` or `{#`. */
function nextTag(text: string, from: number): Open | undefined {
  for (let at = text.indexOf("{", from); at >= 0; at = text.indexOf("{", at + 1)) {
    const kind = KINDS.get(text[at + 1] ?? "");
    if (kind === undefined) continue;
    const sign = text[at + 2] === "-" || text[at + 2] === "+" ? (text[at + 2] ?? "") : "";
    return { kind, at, inside: at + 2 + sign.length, sign };
  }
  return undefined;
}

const KINDS: ReadonlyMap<string, Open["kind"]> = new Map([
  ["{", "expression"],
  ["%", "block"],
  ["#", "comment"],
]);

function cutBefore(text: string, { kind, sign }: Open, lineBegins: boolean): string {
  if (sign === "-") return text.slice(0, text.length - trailingSpace(text));
  if (sign === "+" || kind === "expression") return text;
  const line = text.lastIndexOf("\n") + 1;
  if (line === 0 && !lineBegins) return text;
  return trailingSpace(text.slice(line)) === text.length - line ? text.slice(0, line) : text;
}

/** Where `%}` or `}}` stands. Quotes and brackets that are open hide it. */
function closeOf(text: string, { kind, inside }: Open): number {
  const close = kind === "expression" ? "}}" : "%}";
  let depth = 0;
  for (let at = inside; at < text.length; at++) {
    const char = text[at] ?? "";
    if (depth === 0 && text.startsWith(close, at)) return at;
    if (char === '"' || char === "'") at = endOfQuoted(text, at) - 1;
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char)) depth--;
  }
  throw new Error(`a ${kind} is never closed`);
}

/** Position behind the string literal that opens at `open`. */
export function endOfQuoted(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === text[open]) return at + 1;
    if (text[at] === "\\") at++;
  }
  throw new Error("a string is never closed");
}

/** A sign before the end of a tag; `+` means something before that of a block alone. */
function signBefore(text: string, close: number, { kind, inside }: Open): string {
  const sign = close > inside ? (text[close - 1] ?? "") : "";
  return sign === "-" || (sign === "+" && kind === "block") ? sign : "";
}

function behindTag(text: string, close: number, sign: string, trims: boolean): number {
  const end = close + 2;
  if (sign === "-") return skipSpace(text, end);
  return trims && sign !== "+" && text[end] === "\n" ? end + 1 : end;
}

function skipSpace(text: string, at: number): number {
  return at + leadingSpace(text.slice(at));
}

function findEndRaw(text: string, from: number) {
  END_RAW.lastIndex = from;
  const found = END_RAW.exec(text);
  if (!found) throw new Error("it ends before raw is closed");
  const close = found.index + found[0].length - 2;
  return { from, at: found.index, sign: found[1] ?? "", behind: behindTag(text, close, found[2] ?? "", true) };
}
