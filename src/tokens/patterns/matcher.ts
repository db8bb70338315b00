import type { Instruction, Look, Program } from "./program";

/** What counts the steps of a match, and may end it by an exception. */
export interface StepCounter {
  steps(count: number): void;
}

/** Steps between two looks at the counter. */
const STRIDE = 1024;
/** What it costs to remember a place, in steps. */
const REMEMBERING = 8;

/**
 * Finds what a regular expression matches, in time that grows with program times text: a place of the program that failed at
 * a position once is not tried there again, which is right since a machine without groups has nothing else to remember. The
 * match found is the one that backtracking finds first, as JavaScript's is.
 */
export class Matcher {
  readonly #code: readonly Instruction[];
  readonly #branches: number;
  readonly #backwards: boolean;
  readonly #looks: readonly (Matcher | undefined)[];
  readonly #tried = new Set<number>();
  readonly #places: number[] = [];
  readonly #positions: number[] = [];

  constructor(
    { code, branches, backwards }: Program,
    readonly counter: StepCounter,
  ) {
    this.#code = code;
    this.#branches = branches;
    this.#backwards = backwards;
    this.#looks = code.map((one) => (one.kind === "look" ? new Matcher(one.inside, counter) : undefined));
  }

  /** Where the match that begins at a position ends; -1 where none does. Looking behind it goes towards the beginning. */
  matchAt(text: string, from: number): number {
    const [places, positions, tried] = [this.#places, this.#positions, this.#tried];
    places.length = 0;
    positions.length = 0;
    tried.clear();
    places.push(0);
    positions.push(from);
    let steps = 0;
    try {
      while (places.length > 0) {
        let place = places.pop() ?? 0;
        let position = positions.pop() ?? 0;
        for (;;) {
          if (++steps >= STRIDE) {
            this.counter.steps(steps);
            steps = 0;
          }
          const one = this.#code[place];
          if (!one) break;
          if (one.kind === "set") {
            const next = this.#read(text, position, one.set);
            if (next < 0) break;
            position = next;
            place++;
          } else if (one.kind === "jump") place = one.to;
          else if (one.kind === "split") {
            const key = position * this.#branches + one.at;
            if (tried.has(key)) break;
            tried.add(key);
            steps += REMEMBERING;
            places.push(one.second);
            positions.push(position);
            place = one.first;
          } else if (one.kind === "match") return position;
          else if (one.kind === "look" ? this.#holds(one, place, text, position) : isAt(one.kind, text, position))
            place++;
          else break;
        }
      }
      return -1;
    } finally {
      this.counter.steps(steps);
    }
  }

  #holds({ negative }: Look, place: number, text: string, position: number): boolean {
    const found = (this.#looks[place]?.matchAt(text, position) ?? -1) >= 0;
    return found !== negative;
  }

  /** The position behind the character, or before it where this goes backwards; -1 where it is not in the set. */
  #read(text: string, position: number, set: { has(point: number): boolean }): number {
    if (this.#backwards) {
      if (position === 0) return -1;
      const unit = text.charCodeAt(position - 1);
      const wide = unit >= 0xdc00 && unit <= 0xdfff && (text.codePointAt(position - 2) ?? 0) > 0xffff;
      const start = position - (wide ? 2 : 1);
      return set.has(text.codePointAt(start) ?? 0) ? start : -1;
    }
    if (position >= text.length) return -1;
    const point = text.codePointAt(position) ?? 0;
    if (!set.has(point)) return -1;
    return position + (point > 0xffff ? 2 : 1);
  }
}

function isAt(kind: "start" | "end", text: string, position: number): boolean {
  return position === (kind === "start" ? 0 : text.length);
}
