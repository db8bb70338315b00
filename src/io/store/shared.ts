/** One piece of work that several wait for. It is cancelled only when all of them have gone. */
export class SharedWork<T> {
  readonly #controller = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#result = work(this.#controller.signal);
    this.#result.catch(() => undefined); // those who wait hear of it; when nobody does, nobody needs to
  }

  /** True once everyone who waited has gone: its result will never come. */
  get cancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  /** The result; rejects with the signal's reason as soon as this waiter goes. */
  wait(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        this.#waiting -= 1;
        if (this.#waiting === 0) this.#controller.abort();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#result.finally(() => signal?.removeEventListener("abort", leave)).then(resolve, reject);
    });
  }
}
