import type { Repeat, Syntax } from "./syntax";

/** Ways in which JavaScript's engine may go through a pattern, all its options together, before it is not trusted with it. */
const MAX_PATHS = 2_000;
/** Sequences that a pattern is written out to, groups with options being multiplied. */
const MAX_SEQUENCES = 500;
/** Comparisons, about: half a second. */
const MAX_COMPARISONS = 1e9;

/**
 * The longest text, in UTF-16 units, that a pattern may be given to JavaScript's own engine with: it backtracks, and cannot be
 * stopped. 0 where that may take more than a time that grows with the square of the text.
 *
 * Trusted is a choice of sequences in which what repeats without end is a single character, and of which at most one can be
 * followed by something that fails: then a run of characters is gone back over once for each place it can begin at. That is
 * the shape of the tokenizers' own patterns. Anything inside of which something repeats without end twice is not.
 */
export function longestTrusted(syntax: Syntax): number {
  const sequences = writtenOut(syntax);
  if (sequences === undefined) return 0;
  let [paths, goingBack] = [0, 0];
  for (const parts of sequences) {
    if (!parts.every(isSimple)) return 0;
    const own = parts.reduce((product, part) => product * pathsOf(part), 1);
    const loops = parts.filter(
      (part, at) => part.kind === "repeat" && isEndless(part) && parts.slice(at + 1).some(canFail),
    ).length;
    if (loops > 1) return 0;
    paths += own;
    if (loops === 1) goingBack += own;
  }
  if (paths > MAX_PATHS) return 0;
  return Math.floor(goingBack === 0 ? MAX_COMPARISONS / paths : Math.sqrt(MAX_COMPARISONS / goingBack));
}

/** The sequences a pattern chooses from, where those are few. */
function writtenOut(node: Syntax): readonly (readonly Syntax[])[] | undefined {
  if (node.kind === "either") return joinAll(node.options.map(writtenOut));
  if (node.kind !== "sequence") return [[node]];
  let sequences: readonly (readonly Syntax[])[] = [[]];
  for (const part of node.parts) {
    // Options without an endless loop are counted as paths.
    const heads: readonly (readonly Syntax[])[] | undefined = isBounded(part) ? [[part]] : writtenOut(part);
    if (heads === undefined || heads.length * sequences.length > MAX_SEQUENCES) return undefined;
    sequences = sequences.flatMap((before) => heads.map((head) => [...before, ...head]));
  }
  return sequences;
}

function joinAll(lists: readonly (readonly (readonly Syntax[])[] | undefined)[]) {
  const all = lists.flatMap((list) => list ?? []);
  return lists.some((list) => list === undefined) || all.length > MAX_SEQUENCES ? undefined : all;
}

function isEndless({ max }: Repeat): boolean {
  return max === Number.POSITIVE_INFINITY;
}

/** Whether nothing in it repeats without end. */
function isBounded(node: Syntax): boolean {
  switch (node.kind) {
    case "sequence":
      return node.parts.every(isBounded);
    case "either":
      return node.options.every(isBounded);
    case "repeat":
      return !isEndless(node) && isBounded(node.inside);
    case "look":
      return isBounded(node.inside);
    default:
      return true;
  }
}

/** A bounded part, or one character that repeats without end. */
function isSimple(node: Syntax): boolean {
  return node.kind === "repeat" && isEndless(node) ? isOneCharacter(node.inside) : isBounded(node);
}

/** A set, also one that is cut down by looking: `(?!a)[\s\S]`. */
function isOneCharacter(node: Syntax): boolean {
  if (node.kind === "set") return true;
  if (node.kind !== "sequence") return false;
  const [last, ...looks] = [...node.parts].reverse();
  return (
    last?.kind === "set" &&
    looks.every((part) => part.kind === "look" && isBounded(part) && pathsOf(part) <= MAX_IN_LOOP)
  );
}

const MAX_IN_LOOP = 16;

/** In how many ways a bounded part can be gone through. */
function pathsOf(node: Syntax): number {
  switch (node.kind) {
    case "sequence":
      return node.parts.reduce((product, part) => product * pathsOf(part), 1);
    case "either":
      return node.options.reduce((sum, option) => sum + pathsOf(option), 0);
    case "repeat":
      if (isEndless(node)) return isOneCharacter(node.inside) ? pathsOf(node.inside) : Number.POSITIVE_INFINITY;
      return (node.max - node.min + 1) * pathsOf(node.inside) ** node.max;
    case "look":
      return Math.max(1, pathsOf(node.inside));
    default:
      return 1;
  }
}

function canFail(node: Syntax): boolean {
  if (node.kind === "repeat") return node.min > 0 && canFail(node.inside);
  if (node.kind === "sequence") return node.parts.some(canFail);
  return node.kind !== "either" || node.options.every(canFail);
}
