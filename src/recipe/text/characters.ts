import { append } from "../../base/lists";
import { fix } from "../problems/fixes";
import type { Problem, TextSpan } from "../problems/problem";
import { readingProblem } from "../problems/reading";
import { codePoint, editOf, pieces, type Repair } from "./pieces";

/** What no YAML text can hold: NUL, escape codes, half characters. They come with copies from terminals and broken files. */
const CONTROL = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Blanks that look like the spaces they are not: of typesetting and of Japanese keyboards. */
const WIDE = "\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000\\ufeff";
const BLANK = new RegExp(`[\\t${WIDE}]`, "g");
/** Where YAML wants spaces: before the first character of a line or value, after a dash, after a key. Tabs are wrong anywhere. */
const WRONG_BLANKS = new RegExp(`(?:^|[\\n\\r])[ \\t${WIDE}]*(?:[\\w-]+:[${WIDE}]+|-[${WIDE}]+)?|\\t`, "g");

/** What is wrong with the text's characters, before it is read as YAML: one problem whose edit mends them all. */
export function characterProblem(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  const controls = [...text.matchAll(CONTROL)].map(({ index, 0: found }) => ({ at: index, found, insert: "" }));
  const [control] = controls;
  if (control) {
    const found = codePoint(control.found);
    return readingProblem({
      code: "recipe/control-character",
      severity: "error",
      facts: { found },
      span: span(control.at, control.at + control.found.length),
      fix: fix(editOf(text, controls), "fix/remove"),
    });
  }
  const blanks = wrongBlanks(text);
  const [blank] = blanks;
  if (!blank) return undefined;
  const found = blank.found === "\t" ? "tab" : codePoint(blank.found);
  return readingProblem({
    code: "recipe/blank",
    severity: "error",
    facts: { found },
    span: span(blank.at, blank.at + 1),
    fix: fix(editOf(text, blanks), "fix/spaces"),
  });
}

/** Blanks outside of quotes, comments and blocks of text that are no spaces where only spaces may stand. */
function wrongBlanks(text: string): readonly Repair[] {
  const repairs: Repair[] = [];
  if (text.search(BLANK) < 0) return repairs;
  for (const piece of pieces(text)) append(repairs, repairsIn(piece.text, piece.at));
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
