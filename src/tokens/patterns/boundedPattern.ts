import type { Effort } from "./effort";
import { Matcher } from "./matcher";
import { programOf } from "./program";
import { longestTrusted } from "./shape";
import { syntaxOf } from "./syntax";

/** What the library reads of a match. */
interface Match {
  readonly 0: string;
  readonly index: number;
}

/**
 * A regular expression out of a file, in place of the library's own: what strings do with one (`match`, `matchAll`,
 * `replaceAll`, `split`) gives the same, but ends. Texts for which that is sure go to JavaScript's engine, all others to ours.
 */
export class BoundedPattern {
  /** Read by `replaceAll` and `matchAll`, which insist on `g`. */
  readonly flags = "gu";
  readonly #own: RegExp;
  readonly #matcher: Matcher;
  readonly #longestTrusted: number;

  /** @throws {Error} for a pattern that cannot be bounded, or is too large */
  constructor(
    pattern: RegExp,
    readonly effort: Effort,
  ) {
    const syntax = syntaxOf(pattern.source);
    this.#own = new RegExp(pattern.source, "gu");
    this.#longestTrusted = longestTrusted(syntax);
    this.#matcher = new Matcher(programOf(syntax), effort);
  }

  [Symbol.match](text: string): string[] | null {
    if (text.length <= this.#longestTrusted) return text.match(this.#own);
    const found = Array.from(this.#find(text), (match) => match[0]);
    return found.length === 0 ? null : found;
  }

  [Symbol.matchAll](text: string): Iterable<Match> {
    return text.length <= this.#longestTrusted ? text.matchAll(this.#own) : this.#find(text);
  }

  /** @param by stands for itself: no `$1`, as in the Rust library */
  [Symbol.replace](text: string, by: string): string {
    const parts: string[] = [];
    let [from, length] = [0, 0];
    const add = (part: string) => {
      length += part.length;
      this.effort.room(length);
      parts.push(part);
    };
    for (const { 0: match, index } of this[Symbol.matchAll](text)) {
      add(text.slice(from, index));
      add(by);
      from = index + match.length;
    }
    add(text.slice(from));
    return parts.join("");
  }

  /** What stands between matches; those that are empty part nothing. */
  [Symbol.split](text: string): string[] {
    const parts: string[] = [];
    let from = 0;
    for (const { 0: match, index } of this[Symbol.matchAll](text)) {
      if (match === "") continue;
      parts.push(text.slice(from, index));
      from = index + match.length;
    }
    parts.push(text.slice(from));
    return parts;
  }

  *#find(text: string): Generator<Match> {
    for (let at = 0; at <= text.length; ) {
      const end = this.#matcher.matchAt(text, at);
      if (end >= 0) yield { 0: text.slice(at, end), index: at };
      if (end > at) at = end;
      else at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    }
  }
}
