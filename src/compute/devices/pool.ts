import type { DeviceMemory } from "../device";
import { outOfDeviceMemory } from "./failures";

/** Where a pool's memory comes from. */
export interface PoolMemory<B> {
  /** Makes a buffer; `ready` rejects with `gpu/out-of-memory` when the device finds that it cannot. */
  create(bytes: number, usage: number, label: string): { readonly buffer: B; readonly ready: Promise<void> };
  /** Gives memory back to the device. Work issued before may still use it. */
  destroy(buffer: B): void;
}

interface Held<B> {
  readonly buffer: B;
  readonly size: number;
  readonly usage: number;
}

/** A buffer on loan. Disposing twice is harmless; using it afterwards is not allowed. */
export interface Loan<B> extends Disposable {
  readonly buffer: B;
  readonly returned: boolean;
  /** Gives the buffer back for good: one that the device could not make after all. */
  discard(): void;
}

/**
 * Buffers that are lent and taken back, by size class and usage, under a cap in bytes.
 *
 * A buffer may be lent again as soon as it comes back: a device runs its work in the order in which it was issued, so whatever
 * the next borrower writes comes after everything the last one asked for.
 */
export class BufferPool<B> {
  /** Unused buffers, longest unused first. */
  readonly #free: Held<B>[] = [];
  #lent = 0;
  #held = 0;
  #peak = 0;

  constructor(
    private readonly memory: PoolMemory<B>,
    private readonly limits: { readonly budgetBytes: number; readonly maxBufferBytes: number },
  ) {}

  get use(): DeviceMemory {
    return { lent: this.#lent, held: this.#held, peak: this.#peak };
  }

  /**
   * Lends a buffer of at least `bytes`; it may be written to once `ready` resolves.
   * @throws {AwaseError} `gpu/out-of-memory` when the cap leaves no room, also after unused buffers were freed
   */
  lend(bytes: number, usage: number, label: string): { readonly loan: Loan<B>; readonly ready: Promise<void> } {
    const size = this.#sizeFor(bytes);
    const reused = this.#free.findIndex((held) => held.size === size && held.usage === usage);
    const [held] = reused < 0 ? [] : this.#free.splice(reused, 1);
    if (held) return { loan: this.#loan(held), ready: Promise.resolve() };

    this.#makeRoom(size, label);
    const { buffer, ready } = this.memory.create(size, usage, label);
    this.#held += size;
    this.#peak = Math.max(this.#peak, this.#held);
    return { loan: this.#loan({ buffer, size, usage }), ready };
  }

  /** Frees every buffer that is not lent. */
  trim(): void {
    for (const held of this.#free.splice(0)) this.#destroy(held);
  }

  #loan(held: Held<B>): Loan<B> {
    this.#lent += held.size;
    let returned = false;
    const giveBack = (): boolean => {
      if (returned) return false;
      returned = true;
      this.#lent -= held.size;
      return true;
    };
    return {
      buffer: held.buffer,
      get returned() {
        return returned;
      },
      discard: () => {
        if (giveBack()) this.#destroy(held);
      },
      [Symbol.dispose]: () => {
        if (giveBack()) this.#free.push(held);
      },
    };
  }

  /** The size class, or less where that would not fit into one buffer or into what is left. */
  #sizeFor(bytes: number): number {
    const { budgetBytes, maxBufferBytes } = this.limits;
    const room = Math.min(maxBufferBytes, budgetBytes - this.#lent);
    return Math.max(Math.min(sizeClass(bytes), room - (room % 256)), Math.ceil(bytes / 256) * 256);
  }

  #makeRoom(size: number, label: string): void {
    const { budgetBytes, maxBufferBytes } = this.limits;
    if (size > maxBufferBytes) {
      throw outOfDeviceMemory(label, size, { largest: maxBufferBytes });
    }
    for (const held of this.#free.splice(0, this.#unusedToFree(size))) this.#destroy(held);
    if (this.#held + size <= budgetBytes) return;
    throw outOfDeviceMemory(label, size, { free: budgetBytes - this.#held, budget: budgetBytes });
  }

  /** How many of the longest unused buffers must go before `size` bytes fit; all of them if even that is too little. */
  #unusedToFree(size: number): number {
    let excess = this.#held + size - this.limits.budgetBytes;
    let count = 0;
    for (; excess > 0 && count < this.#free.length; count++) excess -= this.#free[count]?.size ?? 0;
    return count;
  }

  #destroy(held: Held<B>): void {
    this.#held -= held.size;
    this.memory.destroy(held.buffer);
  }
}

/** Sizes in steps of an eighth of a power of two, so that like sizes share buffers and little is wasted. */
export function sizeClass(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.max(1, Math.ceil(bytes / step)) * step;
}
