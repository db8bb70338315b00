import type { Random } from "../random";
import { ODD_NUMBERS, ODD_TEXTS } from "./odd";

export interface TextSources {
  /** Words and signs of the language that the text is in. */
  readonly words: readonly string[];
  /** Other texts in it, to take pieces from. */
  readonly others: readonly string[];
  /** Characters that a text may grow to. */
  readonly limit?: number;
}

const LIMIT = 16_000;

/** A text with one to a few changes: pieces taken out, doubled, moved, put in from others; numbers and signs replaced. */
export function mutateText(random: Random, text: string, sources: TextSources): string {
  let changed = text;
  for (let left = 1 + random.few(5); left > 0; left--) changed = mutateOnce(random, changed, sources);
  return changed;
}

function mutateOnce(random: Random, text: string, { words, others, limit = LIMIT }: TextSources): string {
  const at = random.below(text.length + 1);
  const length = random.oneIn(4) ? random.below(200) : random.below(12);
  const [before, piece, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
  switch (random.below(12)) {
    case 0:
      return before + after;
    case 1:
      return before + piece + piece + after;
    case 2: // many of one piece: what takes more than in proportion shows
      return grown(random, before, piece || random.pick(words), after, limit);
    case 3:
      return before + random.pick(ODD_TEXTS) + piece + after;
    case 4:
      return before + random.pick(words) + piece + after;
    case 5:
      return before + random.pick(words) + after;
    case 6:
      return numberReplaced(random, text, at);
    case 7: {
      const other = random.pick(others);
      const from = random.below(other.length);
      return before + other.slice(from, from + random.below(120)) + after;
    }
    case 8:
      return random.oneIn(3) ? before : lineMoved(random, text);
    case 9:
      return before + String.fromCharCode(random.oneIn(4) ? random.below(0x10000) : random.below(0x80)) + after;
    case 10:
      return lineMoved(random, text);
    default:
      return wordReplaced(random, text, at, words);
  }
}

function grown(random: Random, before: string, piece: string, after: string, limit: number): string {
  const room = Math.max(0, limit - before.length - after.length - piece.length);
  const most = Math.floor(room / Math.max(1, piece.length));
  const times = random.oneIn(10) ? most : random.below(Math.min(most, 40));
  return before + piece.repeat(Math.max(0, times)) + after;
}

function numberReplaced(random: Random, text: string, at: number): string {
  const found = /-?\d[\d.e+-]*/.exec(text.slice(at));
  if (!found) return text + random.pick(ODD_NUMBERS);
  const start = at + found.index;
  return text.slice(0, start) + random.pick(ODD_NUMBERS) + text.slice(start + found[0].length);
}

function wordReplaced(random: Random, text: string, at: number, words: readonly string[]): string {
  const found = /[\p{L}_]+/u.exec(text.slice(at, at + 400));
  if (!found) return text;
  const start = at + found.index;
  return text.slice(0, start) + random.pick(words) + text.slice(start + found[0].length);
}

function lineMoved(random: Random, text: string): string {
  const lines = text.split("\n");
  const [line = ""] = lines.splice(random.below(lines.length), 1);
  if (!random.oneIn(3)) lines.splice(random.below(lines.length + 1), 0, random.oneIn(4) ? `  ${line}` : line);
  return lines.join("\n");
}
