import type { Device, DeviceBuffer } from "../../device";
import { dispatch } from "../link/define";
import { type AttentionKernel, rowKernel, TILE_ROWS, threadKernel, tileKernel } from "./attentionKernels";

export interface Attention {
  /** f32 [m, heads, headDim]. */
  readonly q: DeviceBuffer;
  /** f32 [keys, kvHeads, headDim]: keys and values of all sequences, or a cache of them. Each serves heads / kvHeads heads. */
  readonly k: DeviceBuffer;
  readonly v: DeviceBuffer;
  /** f32 [m, heads, headDim]. */
  readonly out: DeviceBuffer;
  /**
   * u32 [m, 4]: the first key of a row's sequence, how many keys that has by now, the row's own position in it, and 0. A row sees the
   * keys at positions up to its own, at least one.
   */
  readonly rows: DeviceBuffer;
  readonly m: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Multiplies every score; usually 1 / √headDim. */
  readonly scale: number;
  /** c in c·tanh(score / c); 0, unless given: none. */
  readonly softCap?: number;
  /** How many keys a row sees at most, its own among them; 0, unless given: all. */
  readonly window?: number;
  /** How many sequences the m rows belong to; 1 unless given. Only speed depends on it: few rows of each are a step of generation. */
  readonly sequences?: number;
}

/** Causal grouped-query attention over a ragged batch, with or without a window; the same for a prompt and for one more token. */
export function attention(device: Device, options: Attention): Promise<void> {
  const { q, k, v, out, rows, m, heads, kvHeads, headDim, scale, softCap = 0, window = 0, sequences = 1 } = options;
  const { kernel, groups } = chooseKernel(device, m, headDim, sequences);
  const values = { m, heads, kvHeads, headDim, window, scale, softCap };
  return dispatch(device, kernel, [q, k, v, rows, out], values, groups(m, heads));
}

function chooseKernel(device: Device, m: number, headDim: number, sequences: number): AttentionKernel {
  if (!device.traits.cheapBarriers) return threadKernel(headDim) ?? rowKernel(headDim);
  const many = m >= TILE_ROWS && m >= 8 * sequences;
  return (many ? tileKernel(headDim) : undefined) ?? rowKernel(headDim);
}
