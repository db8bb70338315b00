import { tokenize } from "@huggingface/jinja";
import { GROUP, IS, IS_NOT, RECURSIVE, type Token, TUPLE, WITH } from "./nodes";
import { endOfQuoted, type Segment } from "./source";

/**
 * Tokens of a template for the library's parser. Forms of jinja2 that it does not know are written as others that it knows, by
 * names that no template can spell (`nodes.ts`).
 * @throws {Error} for what is no expression
 */
export function tokensOf(segments: readonly Segment[]): Token[] {
  const tokens: Token[] = [];
  const known = new Map<string, readonly Token[]>();
  const insideOf = (text: string) => {
    const found = known.get(text) ?? expressionTokens(text);
    known.set(text, found);
    return found;
  };
  for (const segment of segments) {
    if (segment.kind === "text") tokens.push({ type: "Text", value: segment.text });
    else if (segment.kind === "expression") {
      // A list of expressions without brackets is a tuple.
      const inside = [token("OpenParen", "("), ...insideOf(segment.inside), token("CloseParen", ")")];
      tokens.push(token("OpenExpression", "{{"));
      for (const one of inside) tokens.push(one);
      tokens.push(token("CloseExpression", "}}"));
    } else for (const one of blockOf(insideOf(segment.inside))) tokens.push(one);
  }
  return tokens;
}

function token(type: Token["type"], value: string): Token {
  return { type, value };
}

const name = (value: string) => token("Identifier", value);
const [OPEN, CLOSE] = [token("OpenParen", "("), token("CloseParen", ")")];

/** The inside of a tag, each step of it in the library's terms. */
function expressionTokens(text: string): readonly Token[] {
  const tokens = tokenize(`{{ ${plainly(text)} }}`).slice(1, -1);
  return withGroups(withTests(tokens));
}

function blockOf(inside: readonly Token[]): readonly Token[] {
  const block = (tokens: readonly Token[]) => [token("OpenStatement", "{%"), ...tokens, token("CloseStatement", "%}")];
  switch (inside[0]?.value) {
    case "generation": // transformers' own: what it encloses was written by the assistant
      return block([name("call"), name(WITH), OPEN, CLOSE]);
    case "with":
      return block([name("call"), name(WITH), OPEN, ...inside.slice(1), CLOSE]);
    case "endgeneration":
    case "endwith":
      return block([name("endcall")]);
    case "for":
      return block(forTag(inside));
    default:
      return block(inside);
  }
}

/** `for x in y recursive` as `for x, RECURSIVE in y`. */
function forTag(inside: readonly Token[]): readonly Token[] {
  if (inside.at(-1)?.value !== "recursive" || inside.at(-1)?.type !== "Identifier") return inside;
  const at = inside.findIndex(({ type, value }) => type === "Identifier" && value === "in");
  return [...inside.slice(0, at), token("Comma", ","), name(RECURSIVE), ...inside.slice(at, -1)];
}

/** `x is name arg` as a filter: jinja2 binds both alike, and a filter may have arguments here. */
function withTests(tokens: readonly Token[]): readonly Token[] {
  const found: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const here = tokens[at];
    if (!here) break;
    if (here.type !== "Identifier" || here.value !== "is" || tokens[at - 1]?.type === "Dot") {
      found.push(here);
      continue;
    }
    const negated = isName(tokens[at + 1], "not");
    at += negated ? 2 : 1;
    const test = tokens[at];
    if (!test) throw new Error("a test has no name");
    // `is ==` is no name, but `is in` is.
    found.push(token("Pipe", "|"), name((negated ? IS_NOT : IS) + test.value));
    const next = tokens[at + 1];
    if (!next || next.type === "OpenParen" || !beginsArgument(next)) continue;
    const end = endOfArgument(tokens, at + 1);
    found.push(OPEN);
    for (const one of withTests(tokens.slice(at + 1, end))) found.push(one);
    found.push(CLOSE);
    at = end - 1;
  }
  return found;
}

function isName(token: Token | undefined, value: string): boolean {
  return token?.type === "Identifier" && token.value === value;
}

const ARGUMENTS: ReadonlySet<string> = new Set([
  "Identifier",
  "NumericLiteral",
  "StringLiteral",
  "OpenSquareBracket",
  "OpenCurlyBracket",
]);
/** Words that go on with the expression behind a test. */
const GO_ON: ReadonlySet<string> = new Set(["else", "or", "and", "if", "in", "not", "is", "recursive"]);

function beginsArgument({ type, value }: Token): boolean {
  return ARGUMENTS.has(type) && !(type === "Identifier" && GO_ON.has(value));
}

/** Behind one value with its attributes, indices and calls. */
function endOfArgument(tokens: readonly Token[], from: number): number {
  let at = isOpen(tokens[from]) ? behindBracket(tokens, from) : from + 1;
  for (;;) {
    const type = tokens[at]?.type;
    if (type === "Dot") at += 2;
    else if (type === "OpenParen" || type === "OpenSquareBracket") at = behindBracket(tokens, at);
    else return at;
  }
}

function isOpen(token: Token | undefined): boolean {
  return token !== undefined && /^Open(Paren|SquareBracket|CurlyBracket)$/.test(token.type);
}

function isClose(token: Token | undefined): boolean {
  return token !== undefined && /^Close(Paren|SquareBracket|CurlyBracket)$/.test(token.type);
}

function behindBracket(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (isOpen(tokens[at])) depth++;
    else if (isClose(tokens[at]) && --depth === 0) return at + 1;
  }
  throw new Error("a bracket is never closed");
}

/** Words behind which a bracket opens an expression; behind any other name it is a call. */
const OPERATORS: ReadonlySet<string> = new Set(["in", "not", "and", "or", "if", "else", "elif", "is", "recursive"]);
/** Brackets around an expression as a call, so that they can be told from none, and tuples of one item from their item. */
function withGroups(tokens: readonly Token[]): readonly Token[] {
  const found: Token[] = [];
  const open: number[] = []; // places in `found` of brackets around expressions, -1 for all others
  for (const [at, here] of tokens.entries()) {
    if (isOpen(here)) {
      const before = tokens[at - 1];
      const isGroup = here.type === "OpenParen" && !isCalled(before);
      open.push(isGroup ? found.length : -1);
      if (isGroup) found.push(name(GROUP));
    } else if (isClose(here)) {
      const group = open.pop() ?? -1;
      const before = tokens[at - 1]?.type;
      if (group >= 0 && (before === "Comma" || before === "OpenParen")) found[group] = name(TUPLE);
    }
    found.push(here);
  }
  return found;
}

function isCalled(before: Token | undefined): boolean {
  if (!before) return false;
  if (before.type === "Identifier") return !OPERATORS.has(before.value);
  return isClose(before) || before.type === "StringLiteral";
}

/**
 * The inside of a tag as the library's lexer reads it without mistake: strings have every character but letters and digits
 * escaped, as Python understands their escapes; numbers are plain; white space is one space.
 */
function plainly(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] ?? "";
    if (char === '"' || char === "'") {
      const end = endOfQuoted(text, at);
      parts.push(`"${escaped(unescaped(text.slice(at + 1, end - 1)))}"`);
      at = end;
      continue;
    }
    NEXT.lastIndex = at;
    const piece = NEXT.exec(text)?.[0] ?? char;
    const isNumber = /^[0-9]/.test(piece) && text[at - 1] !== ".";
    parts.push(isNumber ? number(piece) : /^\s/.test(piece) ? " " : piece);
    at += piece.length;
  }
  return parts.join("");
}

/** White space, a number, or a word. */
const NEXT =
  /\s+|0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?|[\p{L}\p{N}_]+|[\s\S]/uy;

function number(written: string): string {
  const digits = written.replaceAll("_", "");
  const isFloat = !/^0[xXoObB]/.test(digits) && /[.eE]/.test(digits);
  const value = Number(digits);
  if (!isFloat) return BigInt(digits).toString();
  const plain = Number.isInteger(value) ? BigInt(value).toString() : value.toString();
  return plain.includes("e") ? value.toFixed(100) : plain.includes(".") ? plain : `${plain}.0`;
}

function escaped(text: string): string {
  return text.replace(/[^0-9A-Za-z]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A string literal's text, escapes read as Python's `unicode_escape` does: those it does not know stay. */
function unescaped(text: string): string {
  return text.replace(ESCAPE, (found: string, ...groups: readonly (string | undefined)[]) => {
    const [hex2, hex4, hex8, octal, char = ""] = groups;
    const hex = hex2 ?? hex4 ?? hex8;
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    return ESCAPES.get(char) ?? found;
  });
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", ""],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
