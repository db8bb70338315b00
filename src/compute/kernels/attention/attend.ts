import type { DeviceBytes } from "../../../base/bytes";
import { floats, words } from "../link/define";

/** Uniforms of the attention kernels; see `Attention`. */
export interface AttentionValues {
  readonly m: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly window: number;
  readonly scale: number;
  readonly softCap: number;
}

/** Attention in f64, rounded once: the truth that the shaders are held against, and what the CPU device computes with. */
export function attend(buffers: readonly DeviceBytes[], values: AttentionValues): void {
  const { m, heads, kvHeads, headDim, window, scale, softCap } = values;
  const [q, k, v, out] = [floats(buffers[0]), floats(buffers[1]), floats(buffers[2]), floats(buffers[4])];
  const rows = words(buffers[3]);
  const stride = kvHeads * headDim;
  const sums = new Float64Array(headDim);
  let scores = new Float64Array(64);
  for (let row = 0; row < m; row++) {
    const [firstKey = 0, count = 0, position = 0] = rows.subarray(4 * row, 4 * row + 3);
    const end = Math.min(count, position + 1);
    const start = window > 0 ? Math.max(0, position + 1 - window) : 0;
    if (scores.length < end - start) scores = new Float64Array(2 * (end - start));
    for (let head = 0; head < heads; head++) {
      const at = (row * heads + head) * headDim;
      const query = q.subarray(at, at + headDim);
      const column = Math.floor((head * kvHeads) / heads) * headDim;
      let most = Number.NEGATIVE_INFINITY;
      for (let key = start; key < end; key++) {
        const from = (firstKey + key) * stride + column;
        let score = 0;
        for (let i = 0; i < headDim; i++) score += (query[i] ?? 0) * (k[from + i] ?? 0);
        score *= scale;
        if (softCap > 0) score = softCap * Math.tanh(score / softCap);
        scores[key - start] = score;
        most = Math.max(most, score);
      }
      sums.fill(0);
      let total = 0;
      for (let key = start; key < end; key++) {
        const from = (firstKey + key) * stride + column;
        const weight = Math.exp((scores[key - start] ?? 0) - most);
        total += weight;
        for (let i = 0; i < headDim; i++) sums[i] = (sums[i] ?? 0) + weight * (v[from + i] ?? 0);
      }
      for (let i = 0; i < headDim; i++) out[at + i] = (sums[i] ?? 0) / total;
    }
  }
}
