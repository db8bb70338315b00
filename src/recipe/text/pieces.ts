import { CST, Lexer } from "yaml";

/** A stretch of a text outside of quotes, comments and blocks of text. */
interface Piece {
  readonly kind: "plain" | "space";
  readonly text: string;
  /** Offset of its first character. */
  readonly at: number;
}

/** The plain scalars of a text and the blanks between its tokens, in order, whether it is YAML or not. */
export function* pieces(text: string): Generator<Piece, void, undefined> {
  let at = 0;
  let [afterMark, afterHeader] = [false, false];
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === CST.SCALAR) afterMark = true;
    if (lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR) continue; // marks, not text
    const type = CST.tokenType(lexeme);
    if (afterMark ? !afterHeader : type === "space") {
      yield { kind: afterMark ? "plain" : "space", text: lexeme, at };
    }
    afterHeader = !afterMark && (afterHeader || type === "block-scalar-header");
    afterMark = false;
    at += lexeme.length;
  }
}

/** A stretch of the text, and what should stand there. */
export interface Repair {
  readonly at: number;
  readonly found: string;
  readonly insert: string;
}

/** All repairs, in order, as one edit of the text from the first to the last of them. */
export function editOf(text: string, repairs: readonly Repair[]): { from: number; to: number; insert: string } {
  const from = repairs[0]?.at ?? 0;
  let to = from;
  const parts: string[] = [];
  for (const { at, found, insert } of repairs) {
    parts.push(text.slice(to, at), insert);
    to = at + found.length;
  }
  return { from, to, insert: parts.join("") };
}

/** U+3000, as character tables call it. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
