import { isAbort } from "./errors";

/**
 * Promises kept by key, so that whoever asks for the same thing shares the work. One that fails is forgotten and may be tried
 * again; who shared one that another gave up makes it anew.
 */
export class Remembered<T> {
  readonly #kept = new Map<string, Promise<T>>();

  async get(key: string, make: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      const known = this.#kept.get(key);
      if (!known) return this.#keep(key, make());
      try {
        return await known;
      } catch (error) {
        signal?.throwIfAborted();
        if (!isAbort(error)) throw error;
      }
    }
  }

  has(key: string): boolean {
    return this.#kept.has(key);
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  #keep(key: string, made: Promise<T>): Promise<T> {
    this.#kept.set(key, made);
    made.catch(() => {
      if (this.#kept.get(key) === made) this.#kept.delete(key);
    });
    return made;
  }
}
