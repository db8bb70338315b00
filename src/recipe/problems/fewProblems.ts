import type { Sentences } from "../../base/sentences";
import { type Problem, problemsOf } from "./problem";

/** Problems of one severity that are listed; what comes after them is only counted. */
export const MAX_PROBLEMS = 100;
/** Characters of one fact, and of a sentence: a recipe may quote a quarter of a million. */
const MAX_FACT = 300;
const MAX_MESSAGE = 1500;

/** Problems as they are found, so few and so short that a person can read them and a page can hold them. */
export class ProblemList {
  readonly #listed: Problem[] = [];
  readonly #counts = new Map<Problem["severity"], { found: number; readonly firstBeyond: Problem[] }>();

  add(problem: Problem): void {
    const count = this.#counts.get(problem.severity) ?? { found: 0, firstBeyond: [] };
    this.#counts.set(problem.severity, count);
    if (++count.found <= MAX_PROBLEMS) this.#listed.push(shortened(problem));
    else if (count.found === MAX_PROBLEMS + 1) count.firstBeyond.push(problem);
  }

  /** In the order they were found, then one for each severity that has more. */
  all(): readonly Problem[] {
    const more = [...this.#counts].flatMap(([severity, { found, firstBeyond }]) =>
      firstBeyond.map(({ span }) => moreProblems(severity, found - MAX_PROBLEMS, span)),
    );
    return [...this.#listed, ...more];
  }
}

export function fewProblems(problems: Iterable<Problem>): readonly Problem[] {
  const list = new ProblemList();
  for (const problem of problems) list.add(problem);
  return list.all();
}

function shortened(problem: Problem): Problem {
  const { message, facts } = problem;
  const long = Object.values(facts).some((fact) => typeof fact === "string" && fact.length > MAX_FACT);
  if (!long && message.length <= MAX_MESSAGE) return problem;
  const shortFacts = Object.entries(facts).map(([name, fact]) => [
    name,
    typeof fact === "string" ? cut(fact, MAX_FACT) : fact,
  ]);
  return { ...problem, message: cut(message, MAX_MESSAGE), facts: Object.fromEntries(shortFacts) };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** What is said of those that are not listed, in English. */
export const countSentences = {
  "recipe/more-problems": ({
    severity,
    count,
    limit,
  }: {
    severity: Problem["severity"];
    count: number;
    limit: number;
  }) =>
    `And ${count} more ${severity}${count === 1 ? "" : "s"} from here on. The first ${limit} are listed; mend those first.`,
} satisfies Sentences;

const countProblem = problemsOf(countSentences);

function moreProblems(severity: Problem["severity"], count: number, span: Problem["span"]): Problem {
  const facts = { severity, count, limit: MAX_PROBLEMS };
  return countProblem({ code: "recipe/more-problems", severity, facts, span });
}
