import type { Device } from "../../compute/device";
import type { Checkpoint, ModelTensor } from "../checkpoint";
import { readElements } from "../elements";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { PlacedTensor, TensorSource } from "./tensorSource";

/** A model folder as tensors on demand. */
export class CheckpointSource implements TensorSource {
  constructor(private readonly checkpoint: Checkpoint) {}

  get tensors(): ReadonlyMap<string, ModelTensor> {
    return this.checkpoint.tensors;
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what reading the file throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return readElements(this.checkpoint, this.#find(name), start, end, signal);
  }

  /**
   * The tensor's own bytes, uploaded as they are; fp8 is widened to F32.
   * @throws {AwaseError} `merge/no-tensor`, `model/not-float`, `gpu/out-of-memory`, and what reading the file throws
   */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const tensor = this.#find(name);
    const read = (from: number, to: number, stop?: AbortSignal) =>
      readElements(this.checkpoint, tensor, from, to, stop);
    return placeStretch({ name, dtype: tensor.dtype, start, end, read }, device, signal);
  }

  #find(name: string): ModelTensor {
    return tensorNamed(this.checkpoint.tensors, name, this.checkpoint.key);
  }
}
