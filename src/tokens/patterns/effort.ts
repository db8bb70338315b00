import type { AwaseError } from "../../base/errors";
import { tokenFailure } from "../failures";

/**
 * Steps for each character of a text. The tokenizers' own patterns take about forty, and stand in a row of up to four. All of
 * it, for the longest prompt, takes some seconds.
 */
const STEPS_PER_CHARACTER = 400;
const FREE_STEPS = 200_000;
/** How many times as long as a text what replaces it may be. */
const MAX_GROWTH = 64;
const FREE_CHARACTERS = 10_000;

/** What one tokenizer may do for one text. */
export class Effort {
  #steps = 0;
  #length = 0;

  /** Before a text is taken. */
  begin(length: number): void {
    this.#steps = 0;
    this.#length = length;
  }

  /** @throws {AwaseError} `tokenizer/too-much` */
  steps(count: number): void {
    this.#steps += count;
    const limit = FREE_STEPS + STEPS_PER_CHARACTER * this.#length;
    if (this.#steps > limit) throw tooMuch(`it needs more than ${limit} steps`, this.#length);
  }

  /** Characters of what a text is replaced by. @throws {AwaseError} `tokenizer/too-much` */
  room(length: number): void {
    const limit = FREE_CHARACTERS + MAX_GROWTH * this.#length;
    if (length > limit) throw tooMuch(`it makes more than ${limit} characters`, this.#length);
  }

  /** For a text whose tokens the library has no room for. */
  outOfRoom(cause: RangeError): AwaseError {
    return tooMuch("it has more pieces than there is room for", this.#length, cause);
  }
}

/** @param found a clause: what it does */
function tooMuch(found: string, length: number, cause?: unknown): AwaseError {
  return tokenFailure("tokenizer/too-much", { found, characters: length }, cause);
}
