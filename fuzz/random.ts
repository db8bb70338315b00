/**
 * Random numbers that follow from a target, a seed and an index alone: what was found is found again by naming those three.
 * sfc32 by Chris Doty-Humphrey, begun with four FNV-1a hashes of the name.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(target: string, seed: number, index: number) {
    const name = `${target}\n${seed}\n${index}`;
    this.#a = hash(name, 0x811c9dc5);
    this.#b = hash(name, 0x9e3779b9);
    this.#c = hash(name, 0x85ebca6b);
    this.#counter = hash(name, 0xc2b2ae35);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from 0 to below `end`; 0 where there is none. */
  below(end: number): number {
    return end <= 1 ? 0 : Math.floor((this.next() / 2 ** 32) * end);
  }

  /** True about once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** A whole number from 0 that is mostly small: half of them are 0, a quarter 1, … */
  few(most: number): number {
    let count = 0;
    while (count < most && this.next() & 1) count++;
    return count;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined && list.length === 0) throw new Error("There is nothing to pick from.");
    return item as T;
  }

  /** So many of `make`. */
  list<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}

function hash(text: string, basis: number): number {
  let state = basis;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state ^ (state >>> 15);
}
