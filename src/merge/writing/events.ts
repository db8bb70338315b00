import type { DeviceMemory } from "../../compute/device";

export interface Lane {
  /** Bytes, never falling. */
  readonly done: number;
  /** Bytes, never changing. */
  readonly total: number;
  /** Bytes per second over the last seconds. */
  readonly rate: number;
}

/** Sent at most ten times a second; `done` never falls and `total` never changes. */
export interface MergeProgress {
  readonly type: "progress";
  /** Stored bytes of the inputs read. */
  readonly fetch: Lane;
  /** Bytes of the output computed. */
  readonly merge: Lane;
  readonly write: Lane;
  readonly tensorsDone: number;
  readonly tensors: number;
  /** The tensor whose bytes were computed last. */
  readonly tensor: string;
  /** Seconds left; absent until it can be told. */
  readonly eta?: number;
  readonly memory: DeviceMemory;
}

/** Elements that are NaN or infinite, in all inputs of a tensor and in what was made of them. */
export interface NonFinite {
  readonly inputs: number;
  readonly outputs: number;
}

/** NaN or Inf met; the run stops unless it was allowed. */
export interface MergeNonFinite extends NonFinite {
  readonly type: "non-finite";
  readonly tensor: string;
  /** The inputs are finite, and what was made of them is written as float16, which ends at 65504. */
  readonly float16: boolean;
}
