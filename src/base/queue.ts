/**
 * A first-in first-out line between two lanes of work, bounded by weight (bytes, usually), so that a fast lane
 * waits for a slow one instead of filling the memory.
 *
 * The writing side ends it with `close`, either side breaks it with `fail`; both may be called more than once.
 */
export class BoundedQueue<T> {
  readonly #items: { readonly item: T; readonly weight: number }[] = [];
  #weight = 0;
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void)[] = [];

  /** @param capacity Sum of weights that may wait. One item is always admitted, however heavy. */
  constructor(readonly capacity: number) {}

  /** Sum of the weights waiting. */
  get weight(): number {
    return this.#weight;
  }

  /**
   * Adds an item, waiting for room first.
   * @throws the error given to `fail`; a TypeError after `close`.
   */
  async push(item: T, weight: number): Promise<void> {
    while (!this.#failure && !this.#closed && this.#items.length > 0 && this.#weight + weight > this.capacity) {
      await this.#change();
    }
    if (this.#failure) throw this.#failure.error;
    if (this.#closed) throw new TypeError("Nothing can be pushed to a closed queue.");
    this.#items.push({ item, weight });
    this.#weight += weight;
    this.#changed();
  }

  /**
   * Takes the oldest item, waiting for one; `undefined` when the queue is closed and empty.
   * @throws the error given to `fail`, at once: what was still waiting is dropped.
   */
  async pull(): Promise<T | undefined> {
    while (!this.#failure && !this.#closed && this.#items.length === 0) await this.#change();
    if (this.#failure) throw this.#failure.error;
    const first = this.#items.shift();
    if (!first) return undefined;
    this.#weight -= first.weight;
    this.#changed();
    return first.item;
  }

  /** No more items will come; those waiting can still be pulled. */
  close(): void {
    this.#closed = true;
    this.#changed();
  }

  /** Breaks the queue for both sides. The first error counts. */
  fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#items.length = 0;
    this.#weight = 0;
    this.#changed();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let item = await this.pull(); item !== undefined; item = await this.pull()) yield item;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}
