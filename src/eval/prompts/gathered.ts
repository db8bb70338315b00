import type { Prompt } from "../types";
import { type Complaint, moreProblems, type PromptProblem, tooMany } from "./promptProblem";

export const MAX_PROMPTS = 10_000;
/** Kinds of faults listed; what comes after them is only counted. */
export const MAX_PROBLEMS = 100;
/** Lines named for one fault. */
const MAX_LINES = 5;
/** Names of fields that are remembered. */
const MAX_FIELDS = 200;

/** One fault and where it was found. */
interface Fault {
  readonly complaint: Complaint;
  readonly lines: number[];
  count: number;
}

/** Prompts and problems as they are found, within their limits. A fault that many lines have is one problem. */
export class Gathered {
  readonly #prompts: Prompt[] = [];
  readonly #faults = new Map<string, Fault>();
  readonly #fields = new Set<string>();
  #uncounted: { line: number; count: number } | undefined;

  /** Takes what one part of the source gave. False when no more is taken. */
  take(line: number, found: Prompt | Complaint): boolean {
    if (!("text" in found)) {
      this.complain(line, found);
    } else if (this.#prompts.length === MAX_PROMPTS) {
      this.complain(line, tooMany(MAX_PROMPTS));
      return false;
    } else this.#prompts.push(found);
    return true;
  }

  complain(line: number, complaint: Complaint): void {
    const kind = kindOf(complaint);
    const known = this.#faults.get(kind);
    if (known) {
      known.count++;
      if (known.lines.length < MAX_LINES && known.lines.at(-1) !== line) known.lines.push(line);
    } else if (this.#faults.size < MAX_PROBLEMS) this.#faults.set(kind, { complaint, lines: [line], count: 1 });
    else if (this.#uncounted) this.#uncounted.count++;
    else this.#uncounted = { line, count: 1 };
  }

  sawFields(names: readonly string[]): void {
    if (this.#fields.size < MAX_FIELDS) for (const name of names.slice(0, MAX_FIELDS)) this.#fields.add(name);
  }

  end(): { prompts: readonly Prompt[]; problems: readonly PromptProblem[]; fields: readonly string[] } {
    const problems = [...this.#faults.values()].map(({ complaint, lines, count }): PromptProblem => {
      const line = lines[0] ?? 1;
      return count === 1 ? { line, ...complaint } : { line, also: { count, lines }, ...complaint };
    });
    const rest = this.#uncounted ? [{ line: this.#uncounted.line, ...moreProblems(this.#uncounted.count) }] : [];
    return { prompts: this.#prompts, problems: [...problems, ...rest], fields: [...this.#fields] };
  }
}

/** Two complaints of one kind differ at most in what was found, or in the turn of a conversation it was found in. */
function kindOf({ code, facts: { found: _, turn: __, field, ...others } }: Complaint): string {
  const place = typeof field === "string" ? field.replace(/\[\d+\]/g, "[]") : field;
  return JSON.stringify([code, place, others]);
}
