/*
 * JSON read letter by letter, as its grammar says and nothing else: what the program's readers are held against. Objects keep every name,
 * so that one which stands twice can be seen.
 */

export interface ReadJson {
  readonly value: unknown;
  /** Whether a name stands twice in one object. */
  readonly repeats: boolean;
  readonly depth: number;
}

export interface JsonDialect {
  /** `NaN`, `Infinity`, `-Infinity` are numbers, and a byte order mark at the beginning is none of the text: Python's. */
  readonly python?: boolean;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has them in no string
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** @returns `undefined` where the text is not JSON */
export function readStrictJson(text: string, dialect: JsonDialect = {}): ReadJson | undefined {
  const reader = new JsonReader(dialect.python === true ? text.replace(/^\ufeff/, "") : text, dialect);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof NoJson) return undefined;
    throw error;
  }
}

class NoJson extends Error {}

/** A collection that is being read. */
type Open = { readonly list: unknown[] } | { readonly object: Record<string, unknown>; name: string };

class JsonReader {
  #at = 0;
  #repeats = false;

  constructor(
    private readonly text: string,
    private readonly dialect: JsonDialect,
  ) {}

  /** A loop with a stack of its own: there are texts that nest deeper than calls can. */
  read(): ReadJson {
    const open: Open[] = [];
    let deepest = 0;
    for (;;) {
      this.#space();
      let value: unknown;
      if (this.#take("{")) {
        this.#space();
        if (!this.#take("}")) {
          open.push({ object: {}, name: this.#name() });
          deepest = Math.max(deepest, open.length);
          continue;
        }
        value = {};
        deepest = Math.max(deepest, open.length + 1);
      } else if (this.#take("[")) {
        this.#space();
        if (!this.#take("]")) {
          open.push({ list: [] });
          deepest = Math.max(deepest, open.length);
          continue;
        }
        value = [];
        deepest = Math.max(deepest, open.length + 1);
      } else value = this.#scalar();
      for (;;) {
        this.#space();
        const inner = open.at(-1);
        if (!inner) {
          if (this.#at < this.text.length) throw new NoJson();
          return { value, repeats: this.#repeats, depth: deepest };
        }
        if ("list" in inner) inner.list.push(value);
        else this.#set(inner.object, inner.name, value);
        if (this.#take(",")) {
          this.#space();
          if ("name" in inner) inner.name = this.#name();
          break;
        }
        if (!this.#take("list" in inner ? "]" : "}")) throw new NoJson();
        value = "list" in inner ? inner.list : inner.object;
        open.pop();
      }
    }
  }

  /** As `JSON.parse` does: the last of equal names counts, and `__proto__` is a name like others. */
  #set(object: Record<string, unknown>, name: string, value: unknown): void {
    if (Object.hasOwn(object, name)) this.#repeats = true;
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  }

  #name(): string {
    if (this.text[this.#at] !== '"') throw new NoJson();
    const name = this.#string();
    this.#space();
    if (!this.#take(":")) throw new NoJson();
    return name;
  }

  #scalar(): unknown {
    if (this.text[this.#at] === '"') return this.#string();
    for (const [word, value] of WORDS) if (this.#take(word)) return value;
    if (this.dialect.python) for (const [word, value] of PYTHON_WORDS) if (this.#take(word)) return value;
    NUMBER.lastIndex = this.#at;
    const [found = ""] = NUMBER.exec(this.text) ?? [];
    if (found === "") throw new NoJson();
    this.#at += found.length;
    return Number(found);
  }

  #string(): string {
    const parts: string[] = [];
    this.#at++;
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const [plain = ""] = PLAIN.exec(this.text) ?? [];
      parts.push(plain);
      this.#at += plain.length;
      const sign = this.text[this.#at++];
      if (sign === '"') return parts.join("");
      if (sign !== "\\") throw new NoJson();
      const letter = this.text[this.#at++] ?? "";
      const plainEscape = ESCAPES.get(letter);
      if (plainEscape !== undefined) parts.push(plainEscape);
      else {
        const hex = this.text.slice(this.#at, this.#at + 4);
        if (letter !== "u" || !/^[0-9a-fA-F]{4}$/.test(hex)) throw new NoJson();
        parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
        this.#at += 4;
      }
    }
  }

  #space(): void {
    while (" \t\n\r".includes(this.text[this.#at] ?? "x")) this.#at++;
  }

  #take(word: string): boolean {
    if (!this.text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }
}

const WORDS = [
  ["null", null],
  ["true", true],
  ["false", false],
] as const;
const PYTHON_WORDS = [
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
] as const;
