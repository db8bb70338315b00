interface Waiting {
  admit(): void;
}

/** Lets a few tasks run at once; the others wait in the order they came. */
export class Limiter {
  #running = 0;
  readonly #waiting: Waiting[] = [];

  constructor(private limit: number) {}

  /** Runs the task when its turn comes. A task whose signal aborts while it waits never starts. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await task();
    } finally {
      this.#running--;
      this.#admit();
    }
  }

  /** Halves the number of tasks at once, down to one: what a server that complains of haste may expect. */
  narrow(): void {
    this.limit = Math.max(1, Math.floor(this.limit / 2));
  }

  #enter(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        admit: () => {
          signal?.removeEventListener("abort", leave);
          this.#running++;
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal?.addEventListener("abort", leave, { once: true });
      this.#admit();
    });
  }

  #admit(): void {
    while (this.#running < this.limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.admit();
    }
  }
}
