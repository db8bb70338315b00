/**
 * Promises that must fail when their device goes away, although whatever they wait for never settles.
 * (`Promise.race` with one long-lived promise would keep every result alive until that one settles.)
 */
export class Pending {
  readonly #rejects = new Set<(reason: Error) => void>();
  #failure: Error | undefined;

  /** Why everything fails from now on; undefined while all is well. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Settles as `work` does, or rejects as soon as `fail` is called. */
  guard<T>(work: Promise<T>): Promise<T> {
    if (this.#failure) {
      work.catch(() => undefined);
      return Promise.reject(this.#failure);
    }
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      const forget = () => this.#rejects.delete(reject);
      work.then(
        (value) => {
          forget();
          resolve(value);
        },
        (error) => {
          forget();
          reject(this.#failure ?? error);
        },
      );
    });
  }

  /** Rejects everything that waits, now and later. The first reason stays. */
  fail(reason: Error): void {
    this.#failure ??= reason;
    for (const reject of this.#rejects) reject(this.#failure);
    this.#rejects.clear();
  }
}
