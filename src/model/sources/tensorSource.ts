import type { Bytes } from "../../base/bytes";
import type { Device, DeviceBuffer } from "../../compute/device";
import type { OutputDType } from "../../formats/dtypes";
import type { TensorFacts } from "../../formats/tensor";
import type { ByteRange, ByteSource } from "../../io/types";

/** A stretch of a tensor on a device: its elements, packed, one after the other from the buffer's first byte. */
export interface PlacedTensor extends Disposable {
  readonly buffer: DeviceBuffer;
  /** Stored type; what was stored in another float type is widened to F32. */
  readonly dtype: OutputDType;
  /** Elements in the buffer; up to the next multiple of 16 bytes zeros follow. */
  readonly count: number;
}

/** Bytes [start, end) of an opened file. */
export interface FileRange extends ByteRange {
  readonly source: ByteSource;
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
  read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes>;
  /**
   * The same stretch on a device, lent until disposed. For a recipe the merge happens there: nothing comes back to the
   * host. A stretch may not be larger than the device's largest binding.
   */
  place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor>;
  /**
   * The bytes of files that elements [start, end) are made of: what a run announces, fetches and counts before it reads.
   * @throws {AwaseError} `merge/no-tensor`, and what opening a file throws
   */
  ranges(name: string, start: number, end: number): Promise<readonly FileRange[]>;
  /** How many bytes those are for the first `elements` elements of a tensor, told from headers alone. */
  bytesOf(name: string, elements: number): number;
  /**
   * The tensor of another source whose first elements are the elements of this one, bit for bit: a writer takes them from there and
   * computes nothing. Absent, or `undefined`, where the values are made here.
   */
  same?(name: string): SourceTensor | undefined;
  /**
   * Of a tensor whose elements a device should make out of what is read: how that is begun. Absent, or `undefined`, where elements are
   * read as they are. `read` and `place` give finished elements all the same.
   */
  begin?(name: string): Begin | undefined;
}

/** A stretch of which a device has the last word. */
export interface BegunStretch {
  /** In the tensor's own dtype: what is written to the device. */
  readonly bytes: Bytes;
  /** Makes the elements of what was written, where it lies: from byte `at` of `buffer` on. */
  finish(device: Device, buffer: DeviceBuffer, at: number): Promise<void>;
}

/** Reads elements [start, end) up to where a device goes on. */
export type Begin = (start: number, end: number, signal?: AbortSignal) => Promise<BegunStretch>;

/** One tensor of a source. */
export interface SourceTensor {
  readonly source: TensorSource;
  readonly name: string;
}

/** Where the elements of a tensor are made, or stored: what remains when nobody on the way changes a bit. */
export function originOf(tensor: SourceTensor): SourceTensor {
  const next = tensor.source.same?.(tensor.name);
  return next ? originOf(next) : tensor;
}
