/** Where a sequence of random numbers stands: all of it, as data. */
export interface RandomState {
  readonly words: readonly [number, number, number, number];
  /** The second of a pair of normal numbers, where only the first was taken. */
  readonly spare: number | null;
}

/**
 * Random numbers of a seed (sfc32): the same everywhere, and going on from a kept state as if nothing had happened.
 * Not for secrets.
 */
export class Random {
  #words: Uint32Array;
  #spare: number | null;

  private constructor({ words, spare }: RandomState) {
    this.#words = Uint32Array.from(words);
    this.#spare = spare;
  }

  /** @param stream tells apart what draws from one seed */
  static of(seed: number, stream = 0): Random {
    const random = new Random({ words: [seed >>> 0, stream >>> 0, 0x9e3779b9, 1], spare: null });
    for (let i = 0; i < 16; i++) random.#next(); // a seed's few bits spread over all words
    return random;
  }

  static from(state: RandomState): Random {
    return new Random(state);
  }

  get state(): RandomState {
    const [a = 0, b = 0, c = 0, d = 0] = this.#words;
    return { words: [a, b, c, d], spare: this.#spare };
  }

  /** In [0, 1), of 53 bits. */
  uniform(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Of the standard normal distribution (Box and Muller). */
  normal(): number {
    const spare = this.#spare;
    this.#spare = null;
    if (spare !== null) return spare;
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #next(): number {
    const words = this.#words;
    const [a = 0, b = 0, c = 0, counter = 0] = words;
    const made = a + b + counter;
    words[0] = b ^ (b >>> 9);
    words[1] = c + (c << 3);
    words[2] = ((c << 21) | (c >>> 11)) + made;
    words[3] = counter + 1;
    return made >>> 0;
  }
}
