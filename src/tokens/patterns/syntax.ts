/** A regular expression with the `u` flag, as a tree. Groups that only hold something together are what they hold. */
export type Syntax =
  /** One character: itself, an escape, a class. */
  | { readonly kind: "set"; readonly raw: string; readonly foldsCase: boolean }
  | { readonly kind: "sequence"; readonly parts: readonly Syntax[] }
  | { readonly kind: "either"; readonly options: readonly Syntax[] }
  | Repeat
  | { readonly kind: "look"; readonly inside: Syntax; readonly behind: boolean; readonly negative: boolean }
  | { readonly kind: "start" | "end" };

export interface Repeat {
  readonly kind: "repeat";
  readonly inside: Syntax;
  readonly min: number;
  /** Infinity where there is no end. */
  readonly max: number;
  readonly greedy: boolean;
}

/** Whether it can match nothing at all. */
export function mayBeEmpty(node: Syntax): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "sequence":
      return node.parts.every(mayBeEmpty);
    case "either":
      return node.options.some(mayBeEmpty);
    case "repeat":
      return node.min === 0 || mayBeEmpty(node.inside);
    default:
      return true;
  }
}

/**
 * @param source one that JavaScript has compiled with the `u` flag: what is no regular expression is not found here
 * @throws {Error} for references to groups and word boundaries, which the library does not write
 */
export function syntaxOf(source: string): Syntax {
  return new Reader(source).either(false);
}

class Reader {
  #at = 0;
  constructor(readonly source: string) {}

  either(foldsCase: boolean): Syntax {
    const options = [this.#sequence(foldsCase)];
    while (this.#take("|")) options.push(this.#sequence(foldsCase));
    const [only] = options;
    return options.length === 1 && only ? only : { kind: "either", options };
  }

  #sequence(foldsCase: boolean): Syntax {
    const parts: Syntax[] = [];
    while (this.#at < this.source.length && !"|)".includes(this.source[this.#at] ?? "")) {
      parts.push(this.#repeated(this.#atom(foldsCase)));
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: "sequence", parts };
  }

  #take(text: string): boolean {
    const is = this.source.startsWith(text, this.#at);
    if (is) this.#at += text.length;
    return is;
  }

  /** What a sticky pattern finds here. */
  #read(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source);
    if (found) this.#at += found[0].length;
    return found;
  }

  #repeated(inside: Syntax): Syntax {
    const found = this.#read(QUANTIFIER);
    if (!found) return inside;
    const [, sign, least = "0", comma, most = ""] = found;
    const [min, max] =
      sign === undefined
        ? [Number(least), comma === undefined ? Number(least) : most === "" ? Infinity : Number(most)]
        : [sign === "+" ? 1 : 0, sign === "?" ? 1 : Infinity];
    return { kind: "repeat", inside, min, max, greedy: !this.#take("?") };
  }

  #atom(foldsCase: boolean): Syntax {
    if (this.#take("^")) return { kind: "start" };
    if (this.#take("$")) return { kind: "end" };
    const group = this.#read(GROUP);
    if (group) return this.#group(group, foldsCase);
    const raw = this.#read(SET)?.[0];
    if (raw === undefined || /^\\[bBk1-9]/.test(raw)) {
      throw new Error(`its pattern uses ${raw ?? this.source.slice(this.#at, this.#at + 10)}, which cannot be bounded`);
    }
    return { kind: "set", raw, foldsCase };
  }

  #group([, behind, look, enabled = "", disabled = ""]: RegExpExecArray, foldsCase: boolean): Syntax {
    const folds = enabled.includes("i") || (foldsCase && !disabled.includes("i"));
    const inside = this.either(folds);
    this.#at++; // the bracket that closes
    return look === undefined ? inside : { kind: "look", inside, behind: behind !== undefined, negative: look === "!" };
  }
}

const QUANTIFIER = /([*+?])|\{(\d+)(,)?(\d+)?\}/y;
/** The beginning of a group: one that looks, one that sets flags, one with a name, any other. */
const GROUP = /\((?:\?(?:(<)?([=!])|([a-z]*)(?:-([a-z]*))?:|<[^>]*>))?/y;
/** A class, an escape, or a character. */
const SET =
  /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:[pPu]\{[^}]*\}|u[\da-fA-F]{4}(?:\\u[dD][c-fC-F][\da-fA-F]{2})?|x[\da-fA-F]{2}|c[a-zA-Z]|[\s\S])|[\s\S]/uy;
