import type { YAMLError } from "yaml";
import { own } from "../../base/own";
import type { Problem, TextSpan } from "../problems";

const INDENTATION = "Check how far this line and those around it are indented, and put text that holds `: ` in quotes.";
const QUOTES = "Put this text in quotes.";

/** What to do about it, by the reader's code; for all others, what is wrong most often. */
const ADVICE: Readonly<Record<string, string>> = {
  BAD_ALIAS: QUOTES,
  BAD_DIRECTIVE: "Remove the line that begins with `%`.",
  BAD_DQ_ESCAPE: "Write text that holds backslashes in single quotes.",
  BAD_SCALAR_START: `${QUOTES} A Markdown fence does not belong to the recipe: remove it.`,
  MISSING_CHAR: "Add what is missing: a closing bracket or quote, a `:`, or a space before `#`.",
  TAG_RESOLVE_FAILED: "Remove the tag, the word that begins with `!`.",
};

/** More would only repeat the first. */
export const MAX_YAML_PROBLEMS = 5;

/** What the reader of YAML found wrong, once per place. */
export function yamlProblems(
  errors: readonly YAMLError[],
  span: (from: number, to: number) => TextSpan,
): readonly Problem[] {
  const places = new Map<number, YAMLError>();
  for (const error of errors) if (!places.has(error.pos[0])) places.set(error.pos[0], error);
  return [...places.values()].slice(0, MAX_YAML_PROBLEMS).map(({ code, message, pos }) => ({
    code: "recipe/yaml",
    severity: "error",
    message: `This is not valid YAML: ${message}. ${own(ADVICE, code) ?? INDENTATION}`,
    facts: { reason: message, kind: code },
    span: span(...pos),
  }));
}
