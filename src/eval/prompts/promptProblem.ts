import type { CodeOf, Said } from "../../base/sentences";
import { quoted } from "../../formats/json";
import { promptSaid, type promptSentences } from "../failures";

type Code = CodeOf<typeof promptSentences>;

/** A part of a source that gives no prompt: a value listed beside its line, never an exception. */
export interface PromptProblem extends Said<Code> {
  /** Line of the source it begins on, from 1. */
  readonly line: number;
  /** Where more than one line has the same fault: how many, and the first of them. */
  readonly also?: { readonly count: number; readonly lines: readonly number[] };
}

/** A problem whose line is not known yet. */
export type Complaint = Omit<PromptProblem, "line" | "also">;

export function notJson(found: string): Complaint {
  return promptSaid("prompts/not-json", { found: quoted(found) });
}

/** A whole text that begins as JSON. */
export function brokenJson(): Complaint {
  return promptSaid("prompts/broken-json");
}

export function noText(found: readonly string[], expected: readonly string[]): Complaint {
  const facts = { found: found.map(short).join(", ") || "nothing", expected: expected.join(", ") };
  return promptSaid("prompts/no-text", facts);
}

/** A field holds another kind of value than can be used. */
export function wrongField(field: string, expected: string, value: unknown): Complaint {
  const found = describe(value);
  return promptSaid("prompts/wrong-field", { field, expected, found });
}

export function emptyText(): Complaint {
  return promptSaid("prompts/empty");
}

/** A field that should hold text holds null. */
export function noContent(field: string): Complaint {
  return promptSaid("prompts/null", { field });
}

/** @param turn from 1 */
export function toolCall(turn: number): Complaint {
  return promptSaid("prompts/tool-call", { turn });
}

/** @param turn from 1 */
export function otherPart(found: string, turn: number): Complaint {
  return promptSaid("prompts/part", { found: quoted(found), turn });
}

export function tooLong(found: number, limit: number): Complaint {
  return promptSaid("prompts/too-long", { found, limit });
}

export function noGold(found: unknown, choices: number): Complaint {
  const facts = { found: describe(found), choices };
  return promptSaid("prompts/no-gold", facts);
}

export function fewChoices(found: number): Complaint {
  return promptSaid("prompts/few-choices", { found });
}

export function wrongColumns(found: number, expected: number): Complaint {
  return promptSaid("prompts/columns", { found, expected });
}

export function openQuote(): Complaint {
  return promptSaid("prompts/open-quote");
}

export function tooMany(limit: number): Complaint {
  return promptSaid("prompts/too-many", { limit });
}

export function tooLarge(found: number, limit: number): Complaint {
  return promptSaid("prompts/too-large", { found, limit });
}

export function moreProblems(count: number): Complaint {
  return promptSaid("prompts/more", { count });
}

/** A name of a field, which a broken table may give thousands of letters. */
function short(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name;
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}
