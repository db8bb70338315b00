import { extrasBlocks } from "./extrasBlock";

/** One of several recipes in a text. Around it its text is blank, so that its places are those of the whole. */
export interface TextDocument {
  /** Offsets [from, to) in the text, its `---` included. */
  readonly from: number;
  readonly to: number;
  /** Where its first line is that says something. */
  readonly begin: number;
  readonly text: string;
}

/** Recipes that feed one another. Chains of more than a handful are made by programs. */
export const MAX_DOCUMENTS = 32;

/** What divides documents: at the first column no value can hold it. */
const MARK = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
/** A line that says nothing: a blank one, a comment, a directive. */
const SILENT = /^(?:[ \t]*(?:#.*)?|%.*|(?:---|\.\.\.)[ \t]*(?:#.*)?)\r?$/;

/**
 * The recipes of a text in which `---` divides several, empty ones passed over; of any other text that text alone. More than can be read
 * are left together. Awase's own block counts for all of them.
 */
export function documentsOf(text: string): readonly TextDocument[] {
  const whole = { from: 0, to: text.length, begin: 0, text };
  const marks = [...text.matchAll(MARK)].map(({ index }) => index);
  if (marks.length === 0 || marks.length > 4 * MAX_DOCUMENTS) return [whole];
  const edges = [...new Set([0, ...marks, text.length])];
  const parts = edges.slice(0, -1).map((from, at) => ({ from, to: edges[at + 1] ?? text.length }));
  const saying = parts.filter(({ from, to }) => !isSilent(text.slice(from, to)));
  const [only] = saying;
  const isPlain = parts.filter(({ from }) => marks.includes(from)).length < 2 && saying.length < 2;
  if (isPlain || !only || saying.length > MAX_DOCUMENTS) return [whole];
  const blocks = extrasBlocks(text).map(({ index, 0: block }) => ({ from: index, to: index + block.length }));
  return saying.map(({ from, to }) => {
    const others = blocks.filter((block) => block.to <= from || block.from >= to);
    const begin = from + silentStart(text.slice(from, to));
    return { from, to, begin, text: blankAround(text, [...others, { from, to }]) };
  });
}

function isSilent(part: string): boolean {
  return part.split("\n").every((line) => SILENT.test(line));
}

/** Characters of the lines at the beginning that say nothing. */
function silentStart(part: string): number {
  let at = 0;
  for (const line of part.split("\n")) {
    if (!SILENT.test(line)) break;
    at += line.length + 1;
  }
  return at;
}

/** The text with all but these stretches blank. */
function blankAround(text: string, kept: readonly { readonly from: number; readonly to: number }[]): string {
  const blank = (part: string) => part.replace(/[^\r\n]/g, " ");
  let at = 0;
  const pieces: string[] = [];
  for (const { from, to } of [...kept].sort((a, b) => a.from - b.from)) {
    pieces.push(blank(text.slice(at, from)), text.slice(from, to));
    at = to;
  }
  return pieces.join("") + blank(text.slice(at));
}

/** Does an edit on the recipe that is written: of several the one without a name, else the one that no other names. */
export function inWrittenDocument(text: string, edit: (recipe: string) => string): string {
  const documents = documentsOf(text);
  if (documents.length < 2) return edit(text);
  const parts = documents.map(({ from, to }) => ({ from, to, own: text.slice(from, to) }));
  const name = (own: string) => /^name[ \t]*:[ \t]*["']?([^"'\r\n#]*)/m.exec(own)?.[1]?.trim();
  const isNamed = (by: string, wanted: string) => by.split(/[\s,[\]{}"']+/).includes(wanted);
  const written =
    parts.find(({ own }) => name(own) === undefined) ??
    parts.find((part) => !parts.some((other) => other !== part && isNamed(other.own, name(part.own) ?? ""))) ??
    parts.at(-1);
  if (!written) return text;
  return text.slice(0, written.from) + edit(written.own) + text.slice(written.to);
}
