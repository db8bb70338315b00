import type { ErrorFacts } from "../../base/errors";
import type { Problem } from "../../recipe/problems";
import type { Failure } from "../../state/failure";
import type { Language } from "../../state/settings";
import { en } from "./en";
import type { FactSentence } from "./factSentence";
import { failuresJa } from "./failuresJa";
import { ja } from "./ja";
import { notesJa } from "./notesJa";
import { problemsJa } from "./problemsJa";

/**
 * The sentence for an error. English is what the error itself says. In Japanese its code and facts say it again; an
 * error without a sentence there keeps its English one, which says more than none.
 */
export function failureSentence({ code, message, facts }: Failure, language: Language): string {
  const unknown = { en, ja }[language].failure.unknown;
  if (code === undefined) return `${unknown} ${message}`;
  return translated(failuresJa, language, code, message, facts);
}

export function problemSentence({ code, message, facts }: Problem, language: Language): string {
  return translated(problemsJa, language, code, message, facts);
}

/** What the button of a problem's fix says. */
export function fixLabel({ label, insert }: NonNullable<Problem["fix"]>, language: Language): string {
  if (language === "en") return label;
  return insert.trim() === "" ? "取り除く" : `「${insert.trim()}」に直す`;
}

export function noteSentence(
  { code, message, facts }: { readonly code: string; readonly message: string; readonly facts: ErrorFacts },
  language: Language,
): string {
  return translated(notesJa, language, code, message, facts);
}

function translated(
  japanese: Readonly<Record<string, FactSentence>>,
  language: Language,
  code: string,
  message: string,
  facts: ErrorFacts = {},
): string {
  return (language === "ja" && japanese[code]?.(facts)) || message;
}
