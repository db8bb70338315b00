import type { Bytes } from "../../base/bytes";
import type { Device, DeviceBuffer } from "../../compute/device";
import { widen } from "../../formats/convert";
import { DTYPE_BYTES, type DType, OUTPUT_DTYPES, type OutputDType } from "../../formats/dtypes";
import type { TensorFacts } from "../../formats/tensor";
import { modelFailure } from "../failures";
import type { PlacedTensor } from "./tensorSource";

/** Bytes that are written to a device at a time: while one piece is copied in, the next one is read. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** Elements [start, end) of a tensor that lie on the host. */
export interface HostStretch {
  readonly name: string;
  readonly dtype: DType;
  readonly start: number;
  readonly end: number;
  /** Stored bytes of a part of it. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Bytes>;
}

/** A tensor on a device that owns its buffer. */
export function placed(buffer: DeviceBuffer, dtype: OutputDType, count: number): PlacedTensor {
  return { buffer, dtype, count, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}

/** Bytes that `count` elements take on a device: a multiple of 16, zeros after the last. */
export function placedBytes(dtype: OutputDType, count: number): number {
  return Math.max(16, Math.ceil((count * DTYPE_BYTES[dtype]) / 16) * 16);
}

/**
 * The type that a stored tensor has on a device: its own, or F32 for fp8, which no kernel of the forward pass reads.
 * @throws {AwaseError} `model/not-float` for integers, and for F64, which nothing here computes with
 */
export function placedDType({ name, dtype }: Pick<TensorFacts, "name" | "dtype">): OutputDType {
  const kept = OUTPUT_DTYPES.find((known) => known === dtype);
  if (kept) return kept;
  if (dtype === "F8_E4M3" || dtype === "F8_E5M2") return "F32";
  throw modelFailure("model/not-float", { tensor: name, dtype });
}

/** @throws {RangeError} for a stretch that one binding cannot show to a kernel: a mistake of whoever asks for it. */
export function checkStretch(device: Device, dtype: OutputDType, start: number, end: number): void {
  const { maxBindingBytes } = device.info;
  const bytes = placedBytes(dtype, end - start);
  if (start < 0 || end < start) throw new RangeError(`Elements ${start} to ${end} are no stretch of a tensor.`);
  if (bytes > maxBindingBytes) {
    throw new RangeError(`A stretch of ${bytes} bytes is larger than a binding, which has at most ${maxBindingBytes}.`);
  }
}

/**
 * Brings a stretch to a device, piece by piece, so that host memory does not grow with the tensor.
 * @throws {AwaseError} `model/not-float`, `gpu/out-of-memory`, and what reading throws
 */
export async function placeStretch(stretch: HostStretch, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
  const { name, start, end } = stretch;
  const dtype = placedDType(stretch);
  checkStretch(device, dtype, start, end);
  const count = end - start;
  const bytes = placedBytes(dtype, count);
  const buffer = await device.lease(bytes, name);
  try {
    if ((count * DTYPE_BYTES[dtype]) % 16 !== 0) device.clear(buffer, bytes - 16, 16);
    for await (const piece of pieces(stretch, PIECE_BYTES / DTYPE_BYTES[dtype], signal)) {
      device.write(buffer, (piece.start - start) * DTYPE_BYTES[dtype], inDType(piece.bytes, stretch.dtype, dtype));
    }
    return placed(buffer, dtype, count);
  } catch (error) {
    buffer[Symbol.dispose]();
    throw error;
  }
}

/** The stretch in order, so many elements at a time, one piece read ahead. */
async function* pieces({ start, end, read }: HostStretch, elements: number, signal: AbortSignal | undefined) {
  const begin = (at: number) => {
    if (at >= end) return undefined;
    const bytes = read(at, Math.min(at + elements, end), signal);
    bytes.catch(() => undefined); // heard of when its turn comes
    return { start: at, bytes };
  };
  for (let coming = begin(start); coming; ) {
    const ahead = begin(coming.start + elements);
    const bytes = await coming.bytes;
    signal?.throwIfAborted();
    yield { start: coming.start, bytes };
    coming = ahead;
  }
}

/** Stored elements as the device holds them. */
function inDType(bytes: Bytes, stored: DType, dtype: OutputDType): Bytes {
  if (stored !== "F8_E4M3" && stored !== "F8_E5M2") return bytes;
  if (dtype !== "F32") throw new TypeError(`fp8 is widened to F32, not to ${dtype}.`);
  return new Uint8Array(widen(bytes, stored).buffer);
}
