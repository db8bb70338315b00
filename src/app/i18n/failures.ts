import { type Facts, type Said, type Sentences, sentence } from "../../base/sentences";
import type { Fix } from "../../recipe/problems/fixes";
import type { Failure } from "../../state/failure";
import type { Catalogue } from "./catalogue";

/**
 * The sentence for an error, a problem in a file of prompts included. English is what the error itself says. Elsewhere its
 * code and facts say it again; an error without a sentence there keeps its English one, which says more than none.
 */
export function failureSentence({ code, message, facts }: Failure | Said, catalogue: Catalogue): string {
  if (code === undefined) return `${catalogue.messages.failure.unknown} ${message}`;
  const said = translated(catalogue.failures, code, facts);
  if (said === undefined) return message;
  // Files have the same names in every model: where the error itself begins with the model's key, so does its sentence.
  const model = `${facts?.model}: `;
  return message.startsWith(model) ? model + said : said;
}

export function problemSentence({ code, message, facts }: Said, catalogue: Catalogue): string {
  return translated(catalogue.problems, code, facts) ?? message;
}

/** What the button of a problem's fix says. */
export function fixLabel({ code, facts, label }: Fix, catalogue: Catalogue): string {
  return translated(catalogue.fixes, code, facts) ?? label;
}

export function noteSentence({ code, message, facts }: Said, catalogue: Catalogue): string {
  return translated(catalogue.notes, code, facts) ?? message;
}

function translated(sentences: Sentences, code: string, facts: Facts = {}): string | undefined {
  return Object.hasOwn(sentences, code) ? sentence(sentences, code, facts) : undefined;
}
