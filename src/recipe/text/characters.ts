import { CST, Lexer } from "yaml";
import { append } from "../../base/lists";
import type { Problem, TextSpan } from "../problems";

/** What no YAML text can hold: NUL, escape codes, half characters. They come with copies from terminals and broken files. */
const CONTROL = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Blanks that look like the spaces they are not: of typesetting and of Japanese keyboards. */
const WIDE = "\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000\\ufeff";
const BLANK = new RegExp(`[\\t${WIDE}]`, "g");
/** Where YAML wants spaces: before the first character of a line or value, after a dash, after a key. Tabs are wrong anywhere. */
const WRONG_BLANKS = new RegExp(`(?:^|[\\n\\r])[ \\t${WIDE}]*(?:[\\w-]+:[${WIDE}]+|-[${WIDE}]+)?|\\t`, "g");

/** A character of the text, and what should stand there. */
interface Repair {
  readonly at: number;
  readonly found: string;
  readonly insert: string;
}

/** What is wrong with the text's characters, before it is read as YAML: one problem whose edit mends them all. */
export function characterProblem(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  const controls = [...text.matchAll(CONTROL)].map(({ index, 0: found }) => ({ at: index, found, insert: "" }));
  const [control] = controls;
  if (control) {
    const found = codePoint(control.found);
    return {
      code: "recipe/control-character",
      severity: "error",
      message: `YAML text cannot hold the character ${found}. Remove it.`,
      facts: { found },
      span: span(control.at, control.at + control.found.length),
      fix: { label: "Remove", ...edit(text, controls) },
    };
  }
  const blanks = wrongBlanks(text);
  const [blank] = blanks;
  if (!blank) return undefined;
  const found = blank.found === "\t" ? "tab" : codePoint(blank.found);
  const name = blank.found === "\t" ? "a tab" : `the blank ${found}`;
  return {
    code: "recipe/blank",
    severity: "error",
    message: `Here stands ${name} where YAML takes only spaces. Change it to spaces.`,
    facts: { found },
    span: span(blank.at, blank.at + 1),
    fix: { label: "Change to spaces", ...edit(text, blanks) },
  };
}

/** Blanks outside of quotes, comments and blocks of text that are no spaces where only spaces may stand. */
function wrongBlanks(text: string): readonly Repair[] {
  const repairs: Repair[] = [];
  if (text.search(BLANK) < 0) return repairs;
  let at = 0;
  let [afterMark, afterHeader] = [false, false];
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === CST.SCALAR) afterMark = true;
    if (lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR) continue; // marks, not text
    const type = CST.tokenType(lexeme);
    if (afterMark ? !afterHeader : type === "space") append(repairs, repairsIn(lexeme, at));
    afterHeader = !afterMark && (afterHeader || type === "block-scalar-header");
    afterMark = false;
    at += lexeme.length;
  }
  return repairs;
}

function repairsIn(piece: string, offset: number): readonly Repair[] {
  return [...piece.matchAll(WRONG_BLANKS)].flatMap((run) =>
    [...run[0].matchAll(BLANK)].map(({ index, 0: found }) => ({
      at: offset + run.index + index,
      found,
      insert: found === "\u200b" || found === "\ufeff" ? "" : found === "\t" || found === "\u3000" ? "  " : " ",
    })),
  );
}

/** All repairs as one edit of the text from the first to the last of them. */
function edit(text: string, repairs: readonly Repair[]): { from: number; to: number; insert: string } {
  const from = repairs[0]?.at ?? 0;
  let to = from;
  const pieces: string[] = [];
  for (const { at, found, insert } of repairs) {
    pieces.push(text.slice(to, at), insert);
    to = at + found.length;
  }
  return { from, to, insert: pieces.join("") };
}

/** U+3000, as character tables call it. */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
