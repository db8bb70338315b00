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

/** What a tenant asks for. */
export interface Wish {
  /** Bytes that would stay, if they may. */
  readonly bytes: number;
  /** Bytes that are on the device for a while besides, in use and then gone: two layers of the model. */
  readonly passing: number;
  /** Whether they pass even where all that is wished for stays: layers that are merged of inputs that stay. */
  readonly always?: boolean;
}

interface Entry extends Tenant {
  bytes: number;
  passing: number;
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
   * Takes in a tenant with as much of the room it wants as there is, perhaps none. What passes has its room too: models take turns, so the
   * largest of them counts.
   * @param evict called once when it has to go; it gives its memory back then, now or when whoever uses it is done
   */
  admit({ bytes: wanted, passing, always = false }: Wish, evict: () => void): Tenant {
    const least = always ? passing : 0;
    for (const tenant of this.#tenants) {
      if (this.#freeBeside(least) >= wanted) break;
      if (tenant.uses === 0) tenant.leave();
    }
    const allStays = this.#freeBeside(least) >= wanted;
    const room = allStays ? wanted : Math.max(0, Math.min(wanted, this.#freeBeside(passing)));
    const remove = (entry: Entry) => {
      if (!this.#tenants.delete(entry)) return;
      entry.evicted = true;
      evict();
    };
    const moveUp = (entry: Entry) => {
      if (this.#tenants.delete(entry)) this.#tenants.add(entry);
    };
    const entry: Entry = {
      bytes: this.#merges > 0 ? 0 : room,
      passing: allStays ? least : passing,
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

  /** Of what is wished for, what could stay at best. */
  atMost({ bytes, passing, always = false }: Wish): number {
    const whole = bytes <= this.#capacity - (always ? passing : 0);
    return whole ? bytes : Math.max(0, this.#capacity - passing);
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

  #freeBeside(passing: number): number {
    let free = this.#capacity;
    let largest = passing;
    for (const tenant of this.#tenants) {
      free -= tenant.bytes;
      largest = Math.max(largest, tenant.passing);
    }
    return free - largest;
  }
}
