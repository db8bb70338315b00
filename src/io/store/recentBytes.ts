import type { Bytes } from "../../base/bytes";

/** Bytes read lately, the least recently used dropped first: many small tensors lie in one block. */
export class RecentBytes {
  readonly #held = new Map<string, Bytes>();
  #bytes = 0;

  /** @param limit bytes held at most */
  constructor(readonly limit: number) {}

  get(key: string): Bytes | undefined {
    const bytes = this.#held.get(key);
    if (bytes) {
      this.#held.delete(key); // a Map keeps insertion order: put back, it is the youngest
      this.#held.set(key, bytes);
    }
    return bytes;
  }

  set(key: string, bytes: Bytes): void {
    this.delete(key);
    if (bytes.length > this.limit) return;
    this.#held.set(key, bytes);
    this.#bytes += bytes.length;
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.limit) break;
      this.delete(oldest);
    }
  }

  /** Deletes all whose key begins so. */
  deleteAll(prefix: string): void {
    for (const key of [...this.#held.keys()]) if (key.startsWith(prefix)) this.delete(key);
  }

  delete(key: string): void {
    this.#bytes -= this.#held.get(key)?.length ?? 0;
    this.#held.delete(key);
  }
}
