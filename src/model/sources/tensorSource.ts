import type { Device, DeviceBuffer } from "../../compute/device";
import type { OutputDType } from "../../formats/dtypes";
import type { TensorFacts } from "../../formats/tensor";

/** A stretch of a tensor on a device: its elements, packed, one after the other from the buffer's first byte. */
export interface PlacedTensor extends Disposable {
  readonly buffer: DeviceBuffer;
  /** Stored type; what was stored in another float type is widened to F32. */
  readonly dtype: OutputDType;
  /** Elements in the buffer; up to the next multiple of 16 bytes zeros follow. */
  readonly count: number;
}

/**
 * A model as tensors on demand: a checkpoint, a recipe applied to checkpoints, a model with some layers of another.
 * The writer, the forward pass, the guard and the search consume this and nothing else.
 */
export interface TensorSource {
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  /**
   * Elements [start, end) of a tensor, in its own dtype, as host bytes. For a recipe this merges just that stretch
   * (after the reductions of its tensor, which are done once and remembered). `start` is a multiple of LEAF.
   * @throws {AwaseError} `merge/no-tensor`
   */
  read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The same stretch on a device, lent until disposed. For a recipe the merge happens there: nothing comes back to the
   * host. A stretch may not be larger than the device's largest binding.
   */
  place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor>;
}
