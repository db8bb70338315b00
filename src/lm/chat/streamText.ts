import type { Tokenizer } from "../../tokens/tokenizer";

/**
 * Text of an answer whose ids arrive one by one, in whole characters only: a character that is spelled by several tokens
 * appears with the last of them, never as a replacement character before. What was shown stays shown, so every text begins
 * with the one before it. Special tokens are left out.
 */
export class TextStream {
  readonly #tokenizer: Tokenizer;
  readonly #ids: number[] = [];
  /** Where the tokens begin that the next ones are decoded together with: a decoder may look back (a first space, a byte). */
  #context = 0;
  /** Tokens before this one are in `#text`. */
  #shown = 0;
  #text = "";

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Takes the next id. Returns the whole text so far. */
  push(id: number): string {
    this.#ids.push(id);
    const before = this.#decode(this.#ids.slice(this.#context, this.#shown));
    const after = this.#decode(this.#ids.slice(this.#context));
    if (after.length > before.length && !after.endsWith(REPLACEMENT)) {
      this.#text += after.slice(before.length);
      this.#context = this.#shown;
      this.#shown = this.#ids.length;
    }
    return this.#text;
  }

  /** The text of all ids, once no more come: a character that was never finished shows as a replacement character. */
  end(): string {
    return this.#decode(this.#ids);
  }

  #decode(ids: readonly number[]): string {
    return this.#tokenizer.decode(ids, { skipSpecial: true });
  }
}

/** What a decoder puts in the place of bytes that are no character, or not yet one. */
const REPLACEMENT = "\uFFFD";
