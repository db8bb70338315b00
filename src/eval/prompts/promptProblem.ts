import type { ErrorFacts } from "../../base/errors";
import { quoted } from "../../formats/json";

/** A part of a source that gives no prompt: a value listed beside its line, never an exception. */
export interface PromptProblem {
  /** Line of the source it begins on, from 1. */
  readonly line: number;
  /** Where more than one line has the same fault: how many, and the first of them. */
  readonly also?: { readonly count: number; readonly lines: readonly number[] };
  /** Stable, for tests and translation. */
  readonly code: `prompts/${string}`;
  /** What was found, what was expected, and how to fix it. */
  readonly message: string;
  /** The facts in the sentence, so that the page can say it in another language. */
  readonly facts: ErrorFacts;
}

/** A problem whose line is not known yet. */
export type Complaint = Omit<PromptProblem, "line" | "also">;

export function notJson(found: string): Complaint {
  return {
    code: "prompts/not-json",
    message: `Expected one JSON object on this line, but found ${quoted(found)}. Put every prompt on a line of its own, in {}.`,
    facts: { found: quoted(found) },
  };
}

/** A whole text that begins as JSON. */
export function brokenJson(): Complaint {
  return {
    code: "prompts/broken-json",
    message:
      "This begins as a list or an object of JSON, but from here on it is none. Look for a comma, a quote or a bracket that is missing here, or put each prompt on a line of its own.",
    facts: {},
  };
}

export function noText(found: readonly string[], expected: readonly string[]): Complaint {
  const facts = { found: found.join(", ") || "nothing", expected: expected.join(", ") };
  return {
    code: "prompts/no-text",
    message: `Expected the prompt in one of the fields ${facts.expected}, but found ${facts.found}. Rename the field that holds it.`,
    facts,
  };
}

/** A field holds another kind of value than can be used. */
export function wrongField(field: string, expected: string, value: unknown): Complaint {
  const found = describe(value);
  return {
    code: "prompts/wrong-field",
    message: `Expected ${expected} in the field ${field}, but found ${found}. Correct it, or leave the field out.`,
    facts: { field, expected, found },
  };
}

export function emptyText(): Complaint {
  return {
    code: "prompts/empty",
    message: "Expected a prompt, but its text is empty. Write one, or remove the line.",
    facts: {},
  };
}

/** A field that should hold text holds null. */
export function noContent(field: string): Complaint {
  return {
    code: "prompts/null",
    message: `The text in ${field} is null. Write one, or leave the record out.`,
    facts: { field },
  };
}

/** @param turn from 1 */
export function toolCall(turn: number): Complaint {
  return {
    code: "prompts/tool-call",
    message: `Turn ${turn} calls a tool instead of saying something; tools are not run here. End the conversation before it, or leave it out.`,
    facts: { turn },
  };
}

/** @param turn from 1 */
export function otherPart(found: string, turn: number): Complaint {
  return {
    code: "prompts/part",
    message: `Turn ${turn} has a part of the type ${quoted(found)}; only text is measured. Take the part out, or leave the record out.`,
    facts: { found: quoted(found), turn },
  };
}

export function tooLong(found: number, limit: number): Complaint {
  return {
    code: "prompts/too-long",
    message: `This prompt has ${found} characters; at most ${limit} are used. Cut it into several.`,
    facts: { found, limit },
  };
}

export function noGold(found: unknown, choices: number): Complaint {
  const facts = { found: describe(found), choices };
  return {
    code: "prompts/no-gold",
    message: `Expected which of the ${choices} choices is right, as its text, its letter or its number from 0, but found ${facts.found}. Add it in the field gold.`,
    facts,
  };
}

export function fewChoices(found: number): Complaint {
  return {
    code: "prompts/few-choices",
    message: `Expected at least 2 choices, but found ${found}. Add the wrong ones, or give the right one as answer.`,
    facts: { found },
  };
}

export function wrongColumns(found: number, expected: number): Complaint {
  return {
    code: "prompts/columns",
    message: `Expected ${expected} values in this row, as in the header, but found ${found}. Put values that hold commas or line breaks in quotes.`,
    facts: { found, expected },
  };
}

export function openQuote(): Complaint {
  return {
    code: "prompts/open-quote",
    message:
      'The quote that opens in this row is never closed. Close it; a quote inside of a quoted value is written twice: "".',
    facts: {},
  };
}

export function tooMany(limit: number): Complaint {
  return {
    code: "prompts/too-many",
    message: `There are more than ${limit} prompts; the rest, from here on, is left out. Some hundred are enough to measure with.`,
    facts: { limit },
  };
}

export function tooLarge(found: number, limit: number): Complaint {
  return {
    code: "prompts/too-large",
    message: `The text has ${found} characters; at most ${limit} are read. Take a part of it.`,
    facts: { found, limit },
  };
}

export function moreProblems(count: number): Complaint {
  return {
    code: "prompts/more",
    message: `From here on ${count} more lines could not be used. The ones above show what to look for.`,
    facts: { count },
  };
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}
