import type { FloatDType } from "../formats/dtypes";
import type { DeviceBuffer } from "./device";

/**
 * Sums are made of leaves of this many elements at fixed places in the tensor, and blocks are cut only between
 * leaves: that is why the block size cannot change a bit of any result.
 */
export const LEAF = 1024;

/** One stretch of the same elements of all inputs of a tensor, packed one after the other in one buffer. */
export interface PackedBlock {
  readonly buffer: DeviceBuffer;
  /** Index in the tensor of the first element; a multiple of LEAF. */
  readonly start: number;
  /** Elements per input. Only the last block of a tensor may not be a multiple of LEAF. */
  readonly count: number;
  /** Byte offset of each input in the buffer, multiples of 16; the bytes from an input's end to the next 16 are zero. */
  readonly offsets: readonly number[];
}

/**
 * All inputs of one tensor as blocks, to be walked as often as a method's reductions need.
 * A block is valid until the next one is asked for.
 */
export interface Blocks extends AsyncIterable<PackedBlock> {
  /** Elements per input. */
  readonly count: number;
  /** Stored type of each input. */
  readonly dtypes: readonly FloatDType[];
}
