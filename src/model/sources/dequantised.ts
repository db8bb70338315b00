import type { Bytes } from "../../base/bytes";
import type { Device } from "../../compute/device";
import type { StoredTensor } from "../../formats/tensor";
import type { CheckpointTensor } from "../checkpoint";
import { applyScales, type ScaledCodes, scalesOf, widenScales } from "../quantisation/scaledCodes";
import { storedBytes } from "../storedBytes";
import { CheckpointSource, type StoredTensors } from "./checkpoint";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/**
 * A model folder some of whose tensors are codes with scales: those come as the products, which are made on the host while they are
 * read. All others pass through.
 */
export class DequantisedSource implements TensorSource {
  readonly #stored: CheckpointSource;

  constructor(private readonly model: StoredTensors & { readonly tensors: ReadonlyMap<string, CheckpointTensor> }) {
    const tensors = new Map([...model.tensors.values()].flatMap(asStored).map((tensor) => [tensor.name, tensor]));
    this.#stored = new CheckpointSource({ key: model.key, tensors, source: (file) => model.source(file) });
  }

  get tensors(): ReadonlyMap<string, CheckpointTensor> {
    return this.model.tensors;
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what reading the files throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const { scaled } = this.#find(name);
    const needed = scaled && start < end ? scalesOf(scaled.grid, start, end) : undefined;
    const [bytes, scales] = await Promise.all([
      this.#stored.read(name, start, end, signal),
      scaled && needed && this.#stored.read(scaled.scales.name, needed.start, needed.end, signal),
    ]);
    if (!scaled || !scales) return bytes;
    return new Uint8Array(applyScales(bytes, scaled, widenScales(scales, scaled.scales.dtype), start).buffer);
  }

  /** @throws {AwaseError} as `read`, and `model/not-float`, `gpu/out-of-memory` */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const { dtype } = this.#find(name);
    const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
    return placeStretch({ name, dtype, start, end, read }, device, signal);
  }

  /** The codes, and the scales that they need. */
  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const { scaled } = this.#find(name);
    const codes = await this.#stored.ranges(name, start, end);
    if (!scaled || start === end) return codes;
    const needed = scalesOf(scaled.grid, start, end);
    return [...codes, ...(await this.#stored.ranges(scaled.scales.name, needed.start, needed.end))];
  }

  /** All scales come with the first code. */
  bytesOf(name: string, elements: number): number {
    return storedBytes(this.#find(name), elements);
  }

  same(name: string): SourceTensor | undefined {
    return this.#find(name).scaled ? undefined : { source: this.#stored, name };
  }

  #find(name: string): CheckpointTensor {
    return tensorNamed(this.model.tensors, name, this.model.key);
  }
}

/** What lies in the files: a plain tensor, or codes and their scales. */
function asStored({ scaled, ...tensor }: CheckpointTensor): readonly StoredTensor[] {
  return scaled ? [codesOf(tensor, scaled), scaled.scales] : [tensor];
}

function codesOf(tensor: StoredTensor, { dtype }: ScaledCodes): StoredTensor {
  return { ...tensor, dtype };
}
