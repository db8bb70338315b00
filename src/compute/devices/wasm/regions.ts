/** A stretch of memory, in bytes. */
export interface Region {
  readonly address: number;
  readonly bytes: number;
}

/** Gives out stretches of a memory that only grows: the first gap that is large enough, else the end. */
export class Regions {
  /** Gaps by address, no two of them neighbours. */
  readonly #gaps: Region[] = [];

  /**
   * @param end where the memory begins that is given out
   * @param most where it must end
   */
  constructor(
    private end: number,
    private readonly most: number,
  ) {}

  /** A stretch, and where the memory must reach to; undefined when there is no room. `bytes` a multiple of 256. */
  take(bytes: number): Region | undefined {
    const found = this.#gaps.findIndex((gap) => gap.bytes >= bytes);
    const gap = this.#gaps[found];
    if (gap) {
      const rest = { address: gap.address + bytes, bytes: gap.bytes - bytes };
      if (rest.bytes > 0) this.#gaps[found] = rest;
      else this.#gaps.splice(found, 1);
      return { address: gap.address, bytes };
    }
    const address = this.#lastGap() ?? this.end;
    if (address + bytes > this.most) return undefined;
    if (address < this.end) this.#gaps.pop();
    this.end = address + bytes;
    return { address, bytes };
  }

  give({ address, bytes }: Region): void {
    const next = this.#gaps.findIndex((gap) => gap.address > address);
    const at = next < 0 ? this.#gaps.length : next;
    const [before, after] = [this.#gaps[at - 1], this.#gaps[at]];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    const start = joinsBefore ? before.address : address;
    const end = joinsAfter ? after.address + after.bytes : address + bytes;
    const replaced = Number(joinsBefore) + Number(joinsAfter);
    this.#gaps.splice(joinsBefore ? at - 1 : at, replaced, { address: start, bytes: end - start });
  }

  /** Where the gap begins that reaches to the end. */
  #lastGap(): number | undefined {
    const last = this.#gaps.at(-1);
    return last && last.address + last.bytes === this.end ? last.address : undefined;
  }
}
