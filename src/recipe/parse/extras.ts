import { isMap, isPair, isScalar, stringify, type YAMLMap } from "yaml";
import { inWords } from "../../base/inWords";
import { donorMapping } from "../donor/donor";
import { parseDonor } from "../donor/parseDonor";
import type { Problem } from "../problems/problem";
import { readingProblem } from "../problems/reading";
import { extrasBlocks } from "../text/extrasBlock";
import { Reader } from "../text/reader";
import { readSyntax, type Syntax } from "../text/syntax";
import type { Extras } from "./recipe";
import type { KnownModels } from "./references";

/** Seeds are 32-bit: one word of the random generator's key. */
export const MAX_SEED = 2 ** 32 - 1;

const NO_EXTRAS: Extras = { revisions: {} };

const REVISION = /^[\w./-]{1,128}$/;
const MAX_KEY = 512;

/**
 * @returns the extras of the first block; a block that cannot be read is a warning and counts as absent. What is wrong with a donor is
 * an error: a merge without it is another one.
 */
export function readExtras(
  text: string,
  syntax: Syntax,
  known?: KnownModels,
): { extras: Extras; problems: readonly Problem[] } {
  const [block, second] = extrasBlocks(text);
  if (!block) return { extras: NO_EXTRAS, problems: [] };
  const at = ({ index, 0: found }: RegExpExecArray) => syntax.span(index, index + found.length);
  const problems: Problem[] = [];
  if (second) {
    problems.push(readingProblem({ code: "recipe/extras-twice", severity: "warning", span: at(second) }));
  }
  const parsed = parseBlock(block[0], (from, to) => syntax.span(block.index + from, block.index + to), known);
  if (parsed.extras) return { extras: parsed.extras, problems: [...problems, ...parsed.problems] };
  const facts = { reason: parsed.reason, limit: MAX_SEED };
  const severity = /\bdonor\b/.test(block[0]) ? "error" : "warning"; // without its donor the merge is another one
  problems.push(readingProblem({ code: "recipe/extras", severity, facts, span: at(block) }));
  return { extras: NO_EXTRAS, problems };
}

type ParsedBlock =
  | { readonly extras: Extras; readonly problems: readonly Problem[] }
  | { readonly extras?: never; readonly reason: string };

/** @param span place in the recipe of characters of the block */
function parseBlock(block: string, span: Syntax["span"], known: KnownModels | undefined): ParsedBlock {
  const text = block.replace(/^# ?/gm, "");
  // Every scalar is text: a commit such as 0123456 or 12e4567 must not become a number.
  const syntax = readSyntax(text, "failsafe");
  const { document, problems } = syntax;
  if (!document) return { reason: String(problems[0]?.facts.reason ?? problems[0]?.code) };
  const value = document.get("awase", true);
  if (!isMap(value))
    return isScalar(value) && value.source === "" ? { extras: NO_EXTRAS, problems: [] } : { reason: "not a mapping" };
  const { seed } = Object.fromEntries(pairs(value));
  if (seed !== undefined && !isSeed(seed)) return { reason: "seed: not a whole number in that range" };
  const revisions = value.get("revisions", true);
  const pinned = revisions === undefined ? [] : isMap(revisions) ? pairs(revisions) : undefined;
  if (!pinned?.every(isPinned)) return { reason: "revisions: not a commit for each model" };
  const at = placesBehindMarks(block);
  const reader = new Reader({ ...syntax, span: (from, to) => span(at(from), at(to)) }, text, known);
  const donorPair = value.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === "donor");
  const donor = donorPair && parseDonor(reader, donorPair.value, reader.span(donorPair.key));
  return {
    extras: {
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      revisions: Object.fromEntries(pinned),
      ...(donor ? { donor } : {}),
    },
    problems: reader.problems,
  };
}

/** Where a character of the text without its `# ` stands in the block. */
function placesBehindMarks(block: string): (offset: number) => number {
  const lines: { readonly from: number; readonly at: number }[] = [];
  let from = 0;
  let at = 0;
  for (const line of block.split(/(?<=\n)/)) {
    const mark = /^# ?/.exec(line)?.[0].length ?? 0;
    lines.push({ from, at: at + mark });
    from += line.length - mark;
    at += line.length;
  }
  return (offset) => {
    const line = lines.findLast((each) => each.from <= offset);
    return line ? line.at + offset - line.from : offset;
  };
}

const isSeed = (value: unknown): value is string =>
  typeof value === "string" && /^\d+$/.test(value) && Number(value) <= MAX_SEED;

const isPinned = (pair: readonly [string, unknown]): pair is [string, string] =>
  pair[0].length <= MAX_KEY && typeof pair[1] === "string" && REVISION.test(pair[1]);

/** A mapping's keys and values. Aliases and collections have no business here and become what the schema refuses. */
function pairs(map: YAMLMap): [string, unknown][] {
  return map.items.map(({ key, value }) => [
    isScalar(key) ? inWords(key.value) : "",
    isScalar(value) ? value.value : null,
  ]);
}

/** The text with its block replaced, added at the end, or (with nothing to say) removed. All else stays as it is. */
export function writeExtras(text: string, extras: Extras): string {
  const block = formatExtras(extras);
  const [old] = extrasBlocks(text);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = block.replaceAll("\n", newline);
  if (old) {
    const before = text.slice(0, old.index);
    const after = text.slice(old.index + old[0].length);
    return before + lines + (block ? after : after.replace(/^\r?\n/, ""));
  }
  if (!block) return text;
  return text + (text === "" || text.endsWith("\n") ? "" : newline) + lines + newline;
}

function formatExtras({ seed, revisions, donor }: Extras): string {
  const pinned = Object.keys(revisions).length > 0;
  if (seed === undefined && !pinned && !donor) return "";
  const awase = {
    ...(seed === undefined ? {} : { seed }),
    ...(pinned ? { revisions } : {}),
    ...(donor ? { donor: donorMapping(donor) } : {}),
  };
  return stringify({ awase }, { lineWidth: 0 })
    .trimEnd()
    .split("\n")
    .map((line) => `# ${line}`)
    .join("\n");
}
