/** How much one JSON text may hold. */
export interface JsonLimits {
  /** Objects and lists inside of each other. */
  readonly depth: number;
  /** Members of objects and items of lists. */
  readonly values: number;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Why a text holds too much to be read as JSON: a clause for a sentence; undefined where it does not. Found by one walk over its
 * characters, before anything is made of them: a hundred megabytes of `{"":` would become millions of objects, and what is
 * read deeper than calls can go cannot be written or posted again.
 */
export function jsonExcess(text: string, { depth, values }: JsonLimits): string | undefined {
  let open = 0;
  let found = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at++;
      for (let inside = text.charCodeAt(at); at < text.length && inside !== QUOTE; inside = text.charCodeAt(at)) {
        at += inside === BACKSLASH ? 2 : 1;
      }
    } else if (char === OPEN_OBJECT || char === OPEN_LIST) {
      found++;
      if (++open > depth) return `it nests more than ${depth} levels deep`;
    } else if (char === CLOSE_OBJECT || char === CLOSE_LIST) open--;
    else if (char === COMMA) found++;
    if (found > values) return `it holds more than ${values} values`;
  }
  return undefined;
}
