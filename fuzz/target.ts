import { AwaseError } from "../src/base/errors";
import type { Random } from "./random";

/** An input: files and texts by name. Text is kept as text, since lone surrogates do not live through UTF-8. */
export type Input = Readonly<Record<string, string | Uint8Array>>;

/** Something that reads what others wrote, and what must be true of whatever it is given. */
export interface Target {
  /** What it is called on the command line. */
  readonly name: string;
  /** Milliseconds of CPU that one input may take: so many anyway, and so many for each kB of it. */
  readonly time: { readonly base: number; readonly perKb: number };
  /** Reads the files that inputs are made from. */
  open(): Promise<OpenTarget>;
}

export interface OpenTarget {
  /** An input: the same for the same random numbers. */
  make(random: Random): Input;
  /**
   * Gives the input to the program and holds what comes back against what must be true.
   * @returns `accepted`, or the code with which it was refused
   * @throws {Wrong} what is wrong with the answer
   */
  check(input: Input): Promise<string>;
}

export const ACCEPTED = "accepted";

/** Characters and bytes of an input. */
export function sizeOf(input: Input): number {
  return Object.values(input).reduce((sum, part) => sum + part.length, 0);
}

/** A text part of an input. */
export function textOf(input: Input, name: string): string {
  const part = input[name] ?? "";
  return typeof part === "string" ? part : new TextDecoder().decode(part);
}

/** A part of an input as a file has it. */
export function bytesOf(input: Input, name: string): Uint8Array {
  const part = input[name] ?? "";
  return typeof part === "string" ? new TextEncoder().encode(part) : part;
}

/** Something that must be true of an answer and is not. */
export class Wrong extends Error {}

/** @throws {Wrong} where something does not hold */
export function ensure(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Wrong(what());
}

/** What a piece of work gives, or the code with which it refuses. Any other error is a finding. */
export async function answerOf<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value: T } | { readonly code: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof AwaseError)) throw error;
    checkSentence(error);
    return { code: error.code };
  }
}

/** What of a sentence tells that something was not there: nobody may read it. */
const NO_VALUE = /\bundefined\b|\[object \w+\]/;

function checkSentence({ code, message, facts }: AwaseError): void {
  ensure(/^[a-z0-9-]+\/[a-z0-9-]+$/.test(code), () => `the code ${code} is none`);
  ensure(
    message.length > 0 && message.length <= 4000,
    () => `the sentence of ${code} has ${message.length} characters`,
  );
  for (const [name, fact] of Object.entries(facts)) {
    const isFact = typeof fact === "string" || (typeof fact === "number" && !Number.isNaN(fact));
    ensure(isFact, () => `the fact ${name} of ${code} is ${String(fact)}`);
  }
}

/** Whether a sentence speaks of a value that was not there although the input does not. */
export function speaksOfNothing(sentence: string, input: string): boolean {
  const found = NO_VALUE.exec(sentence)?.[0];
  return found !== undefined && !input.includes(found);
}
