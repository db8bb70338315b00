import wgsl from "../../../../shaders/activations/topKRoute.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { define, dispatch, floats, reads, words, writes } from "../link/define";

const THREADS = 64;

export interface TopKRoute {
  /** f32 [m, experts]: the router's logits. */
  readonly logits: DeviceBuffer;
  readonly m: number;
  readonly experts: number;
  /** Experts each token goes to; at most `experts`. */
  readonly topK: number;
  /** Whether the weights of a token's experts are made to add up to 1 (Mixtral; Qwen's `norm_topk_prob`). */
  readonly normalise: boolean;
  /** u32 [m, topK]: experts, the most likely first, the lower index first among equals. */
  readonly ids: DeviceBuffer;
  /** f32 [m, topK]: their probabilities, softmax over all experts. */
  readonly weights: DeviceBuffer;
}

/** Chooses each token's experts and what each has to say. */
export function topKRoute(device: Device, options: TopKRoute): Promise<void> {
  const { logits, m, experts, topK, normalise, ids, weights } = options;
  const values = { m, experts, topK, normalise: normalise ? 1 : 0 };
  return dispatch(device, kernel, [logits, ids, weights], values, Math.ceil(m / THREADS));
}

/** One thread per token. */
const kernel = define({
  name: "lm/topKRoute",
  wgsl,
  constants: { THREADS },
  buffers: { logits: reads("array<f32>"), ids: writes("array<u32>"), weights: writes("array<f32>") },
  uniforms: { m: "u32", experts: "u32", topK: "u32", normalise: "u32" },
  reference([logitBytes, idBytes, weightBytes], { m, experts, topK, normalise }) {
    const [logits, ids, weights] = [floats(logitBytes), words(idBytes), floats(weightBytes)];
    for (let row = 0; row < m; row++) {
      const mine = [...logits.subarray(row * experts, (row + 1) * experts)];
      const chosen = mine.map((logit, id) => ({ logit, id })).sort((a, b) => b.logit - a.logit || a.id - b.id);
      const most = chosen[0]?.logit ?? 0;
      chosen.length = topK;
      const share = normalise ? chosen.map(({ logit }) => logit) : mine;
      const sum = share.reduce((total, logit) => total + Math.exp(logit - most), 0);
      for (const [rank, { logit, id }] of chosen.entries()) {
        ids[row * topK + rank] = id;
        weights[row * topK + rank] = Math.exp(logit - most) / sum;
      }
    }
  },
});
