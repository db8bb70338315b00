/** Passes values on at a bearable pace: the first at once, then the newest, at most every `interval` milliseconds. */
export class Throttle<T> {
  #last = Number.NEGATIVE_INFINITY;
  #waiting: { readonly value: T } | undefined;

  constructor(
    private readonly interval: number,
    private readonly send: (value: T) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(value: T): void {
    this.#waiting = { value };
    if (this.now() - this.#last >= this.interval) this.flush();
  }

  /** Sends what is waiting, however short ago the last was. */
  flush(): void {
    if (!this.#waiting) return;
    const { value } = this.#waiting;
    this.#waiting = undefined;
    this.#last = this.now();
    this.send(value);
  }
}
