import type { ErrorFacts } from "../../base/errors";
import { own } from "../../base/own";
import type { Problem } from "../../recipe/problems";
import type { Failure } from "../../state/failure";
import type { Catalogue } from "./catalogue";

/** An error, a problem or a note: what it says itself, and what another language can say it from. */
interface Said {
  readonly code: string;
  readonly message: string;
  readonly facts?: ErrorFacts;
}

/**
 * The sentence for an error, a problem in a file of prompts included. English is what the error itself says. Elsewhere its
 * code and facts say it again; an error without a sentence there keeps its English one, which says more than none.
 */
export function failureSentence({ code, message, facts }: Failure | Said, catalogue: Catalogue): string {
  if (code === undefined) return `${catalogue.messages.failure.unknown} ${message}`;
  const sentence = own(catalogue.failures, code)?.(facts ?? {});
  if (sentence === undefined) return message;
  // Files have the same names in every model: where the error itself begins with the model's key, so does its sentence.
  const model = `${facts?.model}: `;
  return message.startsWith(model) ? model + sentence : sentence;
}

export function problemSentence({ code, message, facts }: Said, catalogue: Catalogue): string {
  return own(catalogue.problems, code)?.(facts ?? {}) ?? message;
}

/** What the button of a problem's fix says. */
export function fixLabel({ label, insert }: NonNullable<Problem["fix"]>, catalogue: Catalogue): string {
  return catalogue.fix?.(insert) ?? label;
}

export function noteSentence({ code, message, facts }: Said, catalogue: Catalogue): string {
  return own(catalogue.notes, code)?.(facts ?? {}) ?? message;
}
