import { append } from "../../base/lists";
import { own } from "../../base/own";
import { fix } from "../problems/fixes";
import type { Problem, TextSpan } from "../problems/problem";
import { readingProblem } from "../problems/reading";
import { codePoint, editOf, pieces, type Repair } from "./pieces";

/** Signs of Japanese keyboards and of typesetting that look like those of YAML. */
const WIDE = /[：，、［］｛｝＂＇“”„‟«»‘’‚‛＃－–—−•・０-９．＋]/;

/** Words before which a wide colon can only be a colon: the keys of recipes, and the parameters of merge methods. */
const KEYS = [
  "merge_method|models?|slices|sources|modules|base_model|parameters|d?type|out_dtype|layer_range|filter|value|path",
  "tokenizer|tokenizer_source|chat_template|revision|lora|override_architecture|weight|density|gamma|epsilon|lambda|t",
  "normalize|int8_mask|rescale|scale|name",
].join("|");
const COLON = new RegExp(`(?<=(?:^|[\\n{,，、 －-])[ ]*["'“”]?(?:${KEYS})["'“”]?[ ]*)：`, "g");
const COMMA = new RegExp(
  `(?<=[\\d０-９\\]］}｝])[ ]*[，、][ ]*(?=[\\d０-９+－.{｛[［-])|[，、][ ]*(?=(?:${KEYS})[ ]*(?:[：:]|$))`,
  "g",
);
/** A dash, or a sign that stands for one, before an item of a list. */
const DASH = new RegExp(`(?<=(?:^|\\n)[ ]*)[－–—−•・](?=[ ]+(?:["'“]|(?:${KEYS})\\b))`, "g");
const CLOSING = /(?<=[\d０-９\]］}｝"”a-z])[ ]*[］｝]+$|^[］｝]+/g;
const NUMBER = /^[＋－+-]?(?:[\d０-９]+(?:[.．][\d０-９]*)?|[.．][\d０-９]+)$/;

const NARROW: Readonly<Record<string, string>> = {
  "：": ":",
  "，": ",",
  "、": ",",
  "［": "[",
  "］": "]",
  "｛": "{",
  "｝": "}",
  "＃": "#",
};

/**
 * Signs that look like YAML's own and are none, where nothing else can be meant: a colon after a key of recipes, a comma between
 * numbers, brackets and quotes around a value, digits of a number, dashes of a list. In names of folders all of them may stand.
 * @returns one problem whose edit mends them all
 */
export function wideMarks(text: string, span: (from: number, to: number) => TextSpan): Problem | undefined {
  if (!WIDE.test(text)) return undefined;
  const repairs: Repair[] = [];
  for (const piece of pieces(text)) {
    if (piece.kind === "plain") append(repairs, repairsIn(piece.text, piece.at, atLineStart(text, piece.at)));
  }
  const [first] = repairs;
  if (!first) return undefined;
  const sign = first.found.trim();
  const meant = first.insert.trim();
  const facts = { found: sign, codePoint: codePoint(sign), meant, count: repairs.length };
  return readingProblem({
    code: "recipe/wide-mark",
    severity: "error",
    facts,
    span: span(first.at, first.at + first.found.length),
    fix: fix(editOf(text, repairs), "fix/change-all"),
  });
}

function atLineStart(text: string, at: number): boolean {
  return /^[ ]*$/.test(text.slice(text.lastIndexOf("\n", at - 1) + 1, at));
}

function repairsIn(piece: string, at: number, lineStart: boolean): readonly Repair[] {
  if (!WIDE.test(piece)) return [];
  const found = new Map<number, Repair>();
  const add = (index: number, sign: string, insert: string) => {
    if (!found.has(index)) found.set(index, { at: at + index, found: sign, insert });
  };
  if (NUMBER.test(piece)) add(0, piece, piece.normalize("NFKC"));
  const bracketed = /^[［｛]/.test(piece);
  for (const { index, 0: sign } of piece.matchAll(bracketed ? /[：，、［］｛｝]/g : COLON)) {
    add(index, sign, narrow(sign, piece[index + 1]));
  }
  for (const { index, 0: sign } of piece.matchAll(COMMA)) add(index, sign, ", ");
  for (const { index, 0: sign } of piece.matchAll(CLOSING))
    add(
      index,
      sign,
      sign.replace(/[］｝]/g, (each) => narrow(each)),
    );
  if (lineStart) {
    for (const { index, 0: sign } of piece.matchAll(DASH)) add(index, sign, "-");
    if (piece.startsWith("＃")) add(0, "＃", "#");
  }
  // Quotes that open a value: those that close it lie in the same piece, whatever stands between them.
  if (/^[“”„‟«＂]/.test(piece)) for (const { index, 0: sign } of piece.matchAll(/[“”„‟«»＂]/g)) add(index, sign, '"');
  if (/^[‘’‚‛＇]/.test(piece)) for (const { index, 0: sign } of piece.matchAll(/[‘’‚‛＇]/g)) add(index, sign, "'");
  if (bracketed) digits(piece, add);
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** Digits inside of wide brackets are numbers. */
function digits(piece: string, add: (index: number, sign: string, insert: string) => void): void {
  for (const { index, 0: sign } of piece.matchAll(/[０-９．]+/g)) add(index, sign, sign.normalize("NFKC"));
}

function narrow(sign: string, next = ""): string {
  const plain = own(NARROW, sign) ?? sign;
  return (plain === ":" || plain === ",") && next !== "" && !/\s/.test(next) ? `${plain} ` : plain;
}
