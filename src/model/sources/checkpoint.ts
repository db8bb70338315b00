import type { Bytes } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { DTYPE_BYTES } from "../../formats/dtypes";
import type { StoredTensor } from "../../formats/tensor";
import type { ByteSource } from "../../io/types";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, TensorSource } from "./tensorSource";

/** Tensors as they lie in files. */
export interface StoredTensors {
  /** The model's key, for sentences. */
  readonly key: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** An opened weight file, remembered. */
  source(file: string): Promise<ByteSource>;
}

/** For tensors whose elements lie in another order; it comes when a model that may have some is opened. */
export const strided = () => import("./strided");

/** The files of a model folder as tensors on demand. Nothing else knows where in a file a tensor lies. */
export class CheckpointSource implements TensorSource {
  constructor(private readonly stored: StoredTensors) {}

  get tensors(): ReadonlyMap<string, StoredTensor> {
    return this.stored.tensors;
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what reading the file throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const tensor = this.#find(name);
    if (tensor.strides) {
      const [{ readStrided }, source] = await Promise.all([strided(), this.stored.source(tensor.file)]);
      return readStrided(tensor, source, start, end, signal);
    }
    const [range] = await this.ranges(name, start, end);
    return range.source.read(range.start, range.end, signal);
  }

  /**
   * Stored bytes, uploaded as they are; fp8 is widened to F32.
   * @throws {AwaseError} `merge/no-tensor`, `model/not-float`, `gpu/out-of-memory`, and what reading the file throws
   */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const { dtype } = this.#find(name);
    const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
    return placeStretch({ name, dtype, start, end, read }, device, signal);
  }

  async ranges(name: string, start: number, end: number): Promise<readonly [FileRange]> {
    const tensor = this.#find(name);
    const { file, dtype, start: at } = tensor;
    const size = DTYPE_BYTES[dtype];
    const range = tensor.strides
      ? (await strided()).stridedRange(tensor, start, end)
      : { start: at + start * size, end: at + end * size };
    return [{ source: await this.stored.source(file), ...range }];
  }

  bytesOf(name: string, elements: number): number {
    return elements * DTYPE_BYTES[this.#find(name).dtype];
  }

  #find(name: string): StoredTensor {
    return tensorNamed(this.stored.tensors, name, this.stored.key);
  }
}
