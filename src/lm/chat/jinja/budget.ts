import type { AwaseError } from "../../../base/errors";
import { lmFailure } from "../../failures";

/**
 * What one rendering may do. A step is a node evaluated, an item of a list, 32 characters of a string, or 64 comparisons of
 * characters. A template with tools takes some ten thousand; all of it takes about a second.
 */
export const MAX_TEMPLATE_STEPS = 500_000;
/** Characters and items in one value, the output among them. */
export const MAX_TEMPLATE_VALUE = 1_000_000;
/** Numbers in one `range`. jinja2's sandbox, in which transformers renders, has the same limit. */
export const MAX_TEMPLATE_RANGE = 100_000;
/** Calls, blocks and expressions inside of each other. Where a stack holds less, that it is full ends the rendering alike. */
const MAX_DEPTH = 1000;

const CHARACTERS_PER_STEP = 32;
const COMPARISONS_PER_STEP = 64;

/** Counts what a rendering does, and ends it past a limit. Every method throws `template/too-much`. */
export class Budget {
  #steps = 0;
  #depth = 0;

  /** Work in proportion to a number: nodes, items. */
  steps(count: number): void {
    this.#steps += count;
    if (this.#steps > MAX_TEMPLATE_STEPS) throw tooMuch("steps", MAX_TEMPLATE_STEPS);
  }

  /** Size of a value before it is made, in characters or items. */
  room(size: number): void {
    if (size > MAX_TEMPLATE_VALUE) throw tooMuch("characters and items in one value", MAX_TEMPLATE_VALUE);
  }

  /** A string that is walked over or made. */
  text(length: number): void {
    this.room(length);
    this.steps(length / CHARACTERS_PER_STEP);
  }

  /** A value that may be walked over, whatever is done with it. */
  use(value: unknown): void {
    if (typeof value === "string") this.steps(value.length / CHARACTERS_PER_STEP);
  }

  /** A list that is walked over or made. */
  items(count: number): void {
    this.room(count);
    this.steps(count);
  }

  /** Characters that a search may compare: it starts over at every place. */
  search(text: string, wanted: string): void {
    this.steps((text.length * Math.max(1, wanted.length)) / COMPARISONS_PER_STEP);
  }

  /** One level further in, for as long as `work` takes. */
  within<T>(work: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw tooMuch("levels of nesting", MAX_DEPTH);
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }
}

export function tooMuch(what: string, limit: number | string, cause?: unknown): AwaseError {
  return lmFailure("template/too-much", { what, limit }, cause);
}
