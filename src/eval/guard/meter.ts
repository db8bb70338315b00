/** How far a measurement of several parts is, in tokens: what is done never falls, the total never changes. */
export class Meter<Part extends string> {
  readonly #done = new Map<Part, number>();
  readonly #total: number;

  /** `parts`: tokens of each. */
  constructor(
    private readonly parts: Readonly<Record<Part, number>>,
    private readonly onProgress?: (done: number, total: number) => void,
  ) {
    this.#total = Object.values<number>(parts).reduce((total, tokens) => total + tokens, 0);
  }

  /** Says how many tokens of a part are through; a number lower than before is passed over. */
  at(part: Part, tokens: number): void {
    const before = this.#done.get(part) ?? 0;
    const now = Math.min(tokens, this.parts[part]);
    if (now <= before) return;
    this.#done.set(part, now);
    let done = 0;
    for (const value of this.#done.values()) done += value;
    this.onProgress?.(done, this.#total);
  }

  /** A part is done, however many tokens it took: answers end early, and what is cached takes none. */
  finish(part: Part): void {
    this.at(part, this.parts[part]);
  }
}
