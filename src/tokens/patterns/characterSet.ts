/** One character as a regular expression writes it: a class, an escape or itself. What is in it is asked once for each. */
export class CharacterSet {
  static readonly #known = new Map<string, CharacterSet>();
  readonly #pattern: RegExp;
  /** By code point. */
  readonly #low = new Uint8Array(0x3000);
  readonly #high = new Map<number, boolean>();

  private constructor(raw: string, flags: string) {
    this.#pattern = new RegExp(`^(?:${raw})$`, flags);
  }

  /** @param raw for the `u` flag */
  static of(raw: string, foldsCase: boolean): CharacterSet {
    const flags = foldsCase ? "iu" : "u";
    const key = `${flags}/${raw}`;
    const known = CharacterSet.#known.get(key) ?? new CharacterSet(raw, flags);
    if (CharacterSet.#known.size < MOST_KEPT) CharacterSet.#known.set(key, known);
    return known;
  }

  has(point: number): boolean {
    if (point >= this.#low.length) return this.#hasHigh(point);
    let known = this.#low[point];
    if (known === UNKNOWN) {
      known = this.#ask(point) ? YES : NO;
      this.#low[point] = known;
    }
    return known === YES;
  }

  #hasHigh(point: number): boolean {
    const known = this.#high.get(point);
    if (known !== undefined) return known;
    const answer = this.#ask(point);
    if (this.#high.size < MOST_KEPT) this.#high.set(point, answer);
    return answer;
  }

  #ask(point: number): boolean {
    return this.#pattern.test(String.fromCodePoint(point));
  }
}

const [UNKNOWN, NO, YES] = [0, 1, 2];
/** Classes, and of each class characters beyond the first, that are remembered. */
const MOST_KEPT = 20_000;
