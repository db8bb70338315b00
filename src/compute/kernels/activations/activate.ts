import wgsl from "../../../../shaders/activations/activate.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Device, DeviceBuffer } from "../../device";
import { job } from "../../fast";
import { define, dispatch, floats, reads, writes } from "../link/define";
import { only } from "../link/link";

const THREADS = 256;

/** `gelu` is x·Φ(x) with the error function, `gelu-tanh` its usual approximation (GPT-2's `gelu_new`, Gemma's `gelu_pytorch_tanh`). */
export type ActivationKind = keyof typeof FUNCTIONS;

export interface Activate {
  readonly kind: ActivationKind;
  /** f32, `count` elements. With `fusedWidth`: [count / fusedWidth, 2 · fusedWidth], the gate in the first half of each row. */
  readonly x: DeviceBuffer;
  /** f32, `count` elements: y = f(gate) · x. Without one y = f(x). */
  readonly gate?: DeviceBuffer;
  /** Set where `x` holds gate and x side by side, as one product with fused weights gives them. */
  readonly fusedWidth?: number;
  /** f32, `count` elements. May be `x` (not where it is fused) or `gate`. */
  readonly y: DeviceBuffer;
  readonly count: number;
}

/** The activation of an MLP, plain or gated. */
export function activate(device: Device, options: Activate): Promise<void> {
  const { kind, x, gate, fusedWidth = 0, y, count } = options;
  const inputs = { ...(x === y ? {} : { x }), ...(gate && gate !== y ? { gate } : {}) };
  const kernel = activationKernel(kind, x === y ? "y" : "x", gate && (gate === y ? "y" : "gate"), fusedWidth > 0);
  const buffers = [y, ...Object.values(inputs)];
  return dispatch(device, kernel, buffers, { count, width: fusedWidth }, Math.ceil(count / THREADS));
}

/** In TypeScript what `activate.wgsl` has under the same names. */
const FUNCTIONS = {
  silu: (v: number) => v / (1 + Math.exp(-v)),
  gelu: (v: number) => 0.5 * v * (1 + erf(v * Math.SQRT1_2)),
  "gelu-tanh": (v: number) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))),
  relu: (v: number) => Math.max(v, 0),
} as const;

/** The kinds, and the elements that a thread takes at a time, as `assembly/pass/activate.ts` has them. */
const CODES = { silu: 0, gelu: 1, "gelu-tanh": 2, relu: 3 } as const satisfies Record<ActivationKind, number>;
const ELEMENTS_OF_A_PIECE = 8192;

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(v: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(v));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(v) * (1 - sum * Math.exp(-v * v));
}

/**
 * The kernel for a kind, and for which of its inputs is the output itself: WebGPU lets no dispatch read a buffer through one binding and
 * write it through another. One thread per element.
 */
const activationKernel = memo((kind: ActivationKind, x: "x" | "y", gate: "gate" | "y" | undefined, fused: boolean) => {
  const f = FUNCTIONS[kind];
  return define({
    name: `lm/activate ${kind}${gate || fused ? " gated" : ""} ${fused ? "fused" : ""}${x}${gate ?? ""}`,
    wgsl,
    lists: {
      ...only(
        kind.replace("-", "_"),
        Object.keys(FUNCTIONS).map((name) => name.replace("-", "_")),
      ),
      ...only(fused ? "fused" : gate ? "gated" : "plain", ["fused", "gated", "plain"]),
      ...only(x === "x" ? "x_apart" : "x_in_y", ["x_apart", "x_in_y"]),
      gate_apart: gate === "gate" ? [0] : [],
      gate_in_y: gate === "y" ? [0] : [],
    },
    constants: { THREADS },
    buffers: {
      y: writes("array<f32>"),
      ...(x === "x" ? { x: reads("array<f32>") } : {}),
      ...(gate === "gate" ? { gate: reads("array<f32>") } : {}),
    },
    uniforms: { count: "u32", width: "u32" },
    reference(buffers, { count, width }) {
      const y = floats(buffers[0]);
      const from = x === "x" ? floats(buffers[1]) : y;
      const gates = gate && (gate === "y" ? y : floats(buffers.at(-1)));
      for (let i = 0; i < count; i++) {
        const at = fused ? i + Math.floor(i / width) * width : i;
        if (fused) y[i] = f(from[at] ?? 0) * (from[at + width] ?? 0);
        else y[i] = gates ? f(gates[i] ?? 0) * (from[i] ?? 0) : f(from[i] ?? 0);
      }
    },
    fast(buffers, { count, width }) {
      const y = buffers[0] ?? 0;
      const from = x === "x" ? (buffers[1] ?? 0) : y;
      const by = gate ? (gate === "y" ? y : (buffers.at(-1) ?? 0)) : 0;
      return job("activate", [y, from, by, count, width, CODES[kind]], Math.ceil(count / ELEMENTS_OF_A_PIECE));
    },
  });
});
