import type { Bytes } from "../../base/bytes";
import { Remembered } from "../../base/remembered";
import type { Device } from "../../compute/device";
import { DTYPE_BYTES } from "../../formats/dtypes";
import type { TensorFacts } from "../../formats/tensor";
import { placed, placedBytes, placedDType } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/** A stretch that stays on the device, and how many have borrowed it. */
interface Kept {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly tensor: PlacedTensor;
  loans: number;
}

/**
 * Keeps what a source placed on one device while it fits a budget, so that the next pass over the model reads nothing. Who places a
 * stretch borrows it: giving it back keeps it here. What does not fit goes through, and is gone when it is given back.
 */
export class ResidentSource implements TensorSource, Disposable {
  readonly #kept = new Remembered<Kept>();
  readonly #placed = new Set<Kept>();
  #bytes = 0;
  #disposed = false;

  /** @param budgetBytes of device memory; the device's own budget must leave room for it */
  constructor(
    private readonly source: TensorSource,
    private readonly device: Device,
    readonly budgetBytes: number,
  ) {}

  get tensors(): ReadonlyMap<string, TensorFacts> {
    return this.source.tensors;
  }

  /** Device memory that is kept or promised, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    return this.source.read(name, start, end, signal);
  }

  ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    return this.source.ranges(name, start, end);
  }

  bytesOf(name: string, elements: number): number {
    return this.source.bytesOf(name, elements);
  }

  same(name: string): SourceTensor {
    return { source: this.source, name };
  }

  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const bytes = placedBytes(placedDType(tensorNamed(this.tensors, name, "the model")), end - start);
    const key = `${start}-${end} ${name}`;
    if (device !== this.device || this.#disposed) return this.source.place(name, start, end, device, signal);
    if (!this.#kept.has(key)) {
      const around = this.#around(name, start, end);
      if (around) return this.#part(around, start, end);
      if (this.#bytes + bytes > this.budgetBytes) return this.source.place(name, start, end, device, signal);
    }
    const kept = await this.#kept.get(key, () => this.#keep(name, start, end, bytes, signal), signal);
    return this.#lend(kept);
  }

  /** Gives all device memory back; what is on loan when its last borrower is done with it. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const kept of this.#placed) if (kept.loans === 0) this.#release(kept);
  }

  async #keep(name: string, start: number, end: number, bytes: number, signal: AbortSignal | undefined): Promise<Kept> {
    this.#bytes += bytes; // before anything is awaited: others are asking at the same time
    try {
      const tensor = await this.source.place(name, start, end, this.device, signal);
      const kept = { name, start, end, tensor, loans: 0 };
      this.#placed.add(kept);
      return kept;
    } catch (error) {
      this.#bytes -= bytes;
      throw error;
    }
  }

  /** A longer stretch that is here and can be cut: copies on a device go by four bytes. */
  #around(name: string, start: number, end: number): Kept | undefined {
    return [...this.#placed].find((kept) => {
      const size = DTYPE_BYTES[kept.tensor.dtype];
      const cuts = ((start - kept.start) * size) % 4 === 0 && (end === kept.end || ((end - start) * size) % 4 === 0);
      return kept.name === name && kept.start <= start && end <= kept.end && cuts;
    });
  }

  /** A copy of a part of what is here. */
  async #part(around: Kept, start: number, end: number): Promise<PlacedTensor> {
    using lent = this.#lend(around);
    const { buffer, dtype } = lent;
    const used = Math.ceil(((end - start) * DTYPE_BYTES[dtype]) / 4) * 4;
    const bytes = placedBytes(dtype, end - start);
    const part = await this.device.lease(bytes, around.name);
    this.device.copy(buffer, (start - around.start) * DTYPE_BYTES[dtype], part, 0, used);
    if (used < bytes) this.device.clear(part, used, bytes - used);
    return placed(part, dtype, end - start);
  }

  #lend(kept: Kept): PlacedTensor {
    kept.loans++;
    let returned = false;
    const { buffer, dtype, count } = kept.tensor;
    return {
      buffer,
      dtype,
      count,
      [Symbol.dispose]: () => {
        if (returned) return;
        returned = true;
        kept.loans--;
        if (this.#disposed && kept.loans === 0) this.#release(kept);
      },
    };
  }

  #release(kept: Kept): void {
    this.#placed.delete(kept);
    this.#bytes -= placedBytes(kept.tensor.dtype, kept.tensor.count);
    kept.tensor[Symbol.dispose]();
  }
}
