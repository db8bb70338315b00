import { MAX_PROBLEMS } from "../src/recipe/problems/fewProblems";
import type { Problem } from "../src/recipe/problems/problem";
import { ensure, speaksOfNothing } from "./target";

/** Characters that all problems of a recipe may have together: what a page can hold. */
const MAX_CHARACTERS = 400_000;

/**
 * What must be true of problems, whatever they are about: few and short, with a code, places that are in the text, facts that are
 * numbers or text, and no word about values that are not there.
 */
export function checkProblems(problems: readonly Problem[], text: string): void {
  for (const severity of ["error", "warning", "note"]) {
    const count = problems.filter((problem) => problem.severity === severity).length;
    ensure(count <= 2 * MAX_PROBLEMS + 2, () => `${count} problems of one severity are listed`);
  }
  let characters = 0;
  for (const { code, message, facts, span, fix } of problems) {
    ensure(/^(?:recipe|plan|merge|model)\/[a-z0-9-]+$/.test(code), () => `the code ${code} is none`);
    ensure(!speaksOfNothing(message, text), () => `${code} says: ${message}`);
    characters += message.length;
    for (const [name, fact] of Object.entries(facts)) {
      ensure(typeof fact === "string" || !Number.isNaN(fact), () => `the fact ${name} of ${code} is ${String(fact)}`);
      characters += String(fact).length;
    }
    if (span) {
      const inside =
        span.from >= 0 && span.from <= span.to && span.to <= text.length && span.line >= 1 && span.column >= 1;
      ensure(inside, () => `${code} stands at ${JSON.stringify(span)} of ${text.length} characters`);
    }
    if (fix) {
      ensure(
        fix.from >= 0 && fix.from <= fix.to && fix.to <= text.length,
        () => `the fix of ${code} is for ${fix.from} to ${fix.to} of ${text.length}`,
      );
      characters += fix.insert.length > text.length ? fix.insert.length - text.length : 0;
    }
  }
  ensure(characters <= MAX_CHARACTERS, () => `the problems have ${characters} characters`);
}
