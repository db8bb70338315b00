/** Weights that stay on the device between uses, by the leave of a `Residency`. */
export interface Tenant {
  /** Bytes it may keep there. */
  readonly bytes: number;
  /** Whether it had to go: it keeps nothing any more. */
  readonly evicted: boolean;
  /** Makes it the last to go, and keeps it from having to make room for others until disposed. */
  use(): Disposable;
  /** Gives its room back. */
  leave(): void;
}

interface Entry extends Tenant {
  bytes: number;
  uses: number;
  evicted: boolean;
}

/**
 * Divides a part of the device's memory among weights that would rather stay there: room is made by sending away what is not in use,
 * the longest unused first. While a merge has the device, nothing stays.
 */
export class Residency {
  /** Longest unused first. */
  readonly #tenants = new Set<Entry>();
  #capacity = 0;
  #merges = 0;

  /** Begins anew with another device. @param capacity bytes of its memory */
  moveTo(capacity: number): void {
    this.clear();
    this.#capacity = capacity;
  }

  /**
   * Takes in a tenant with as much of the room it wants as there is, perhaps none.
   * @param evict called once when it has to go; it gives its memory back then, now or when whoever uses it is done
   */
  admit(wanted: number, evict: () => void): Tenant {
    for (const tenant of this.#tenants) {
      if (this.#free >= wanted) break;
      if (tenant.uses === 0) tenant.leave();
    }
    const remove = (entry: Entry) => {
      if (!this.#tenants.delete(entry)) return;
      entry.evicted = true;
      evict();
    };
    const moveUp = (entry: Entry) => {
      if (this.#tenants.delete(entry)) this.#tenants.add(entry);
    };
    const entry: Entry = {
      bytes: this.#merges > 0 ? 0 : Math.min(wanted, this.#free),
      uses: 0,
      evicted: false,
      use() {
        entry.uses++;
        moveUp(entry);
        return { [Symbol.dispose]: () => void entry.uses-- };
      },
      leave: () => remove(entry),
    };
    this.#tenants.add(entry);
    return entry;
  }

  /** Of `wanted` bytes, what could be had at best. */
  atMost(wanted: number): number {
    return Math.min(wanted, this.#capacity);
  }

  /** Sends everybody away, also who is in use: that one goes on without keeping anything. */
  clear(): void {
    for (const tenant of [...this.#tenants]) tenant.leave();
  }

  /** A merge begins: its blocks need the room. Disposed when it has ended: then nobody goes on without room that is there again. */
  yieldToMerge(): Disposable {
    this.#merges++;
    this.clear();
    return {
      [Symbol.dispose]: () => {
        this.#merges--;
        this.clear();
      },
    };
  }

  get #free(): number {
    let free = this.#capacity;
    for (const { bytes } of this.#tenants) free -= bytes;
    return free;
  }
}
