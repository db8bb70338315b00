import type { Device } from "../../compute/device";
import { DTYPE_BYTES } from "../../formats/dtypes";
import type { StoredTensor } from "../../formats/tensor";
import type { Checkpoint } from "../checkpoint";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { PlacedTensor, TensorSource } from "./tensorSource";

/** A model folder as tensors on demand. */
export class CheckpointSource implements TensorSource {
  constructor(private readonly checkpoint: Checkpoint) {}

  get tensors(): ReadonlyMap<string, StoredTensor> {
    return this.checkpoint.tensors;
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what reading the file throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#read(this.#find(name), start, end, signal);
  }

  /**
   * Stored bytes, uploaded as they are; fp8 is widened to F32.
   * @throws {AwaseError} `merge/no-tensor`, `model/not-float`, `gpu/out-of-memory`, and what reading the file throws
   */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const stored = this.#find(name);
    const read = (from: number, to: number, stop?: AbortSignal) => this.#read(stored, from, to, stop);
    return placeStretch({ name, dtype: stored.dtype, start, end, read }, device, signal);
  }

  #find(name: string): StoredTensor {
    return tensorNamed(this.checkpoint.tensors, name, this.checkpoint.key);
  }

  async #read({ file, dtype, start: at }: StoredTensor, start: number, end: number, signal: AbortSignal | undefined) {
    const source = await this.checkpoint.source(file);
    const size = DTYPE_BYTES[dtype];
    return source.read(at + start * size, at + end * size, signal);
  }
}
