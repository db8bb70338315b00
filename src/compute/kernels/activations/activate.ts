import wgsl from "../../../../shaders/activations/activate.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { define, dispatch, floats, reads, writes } from "../link/define";

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

/** In TypeScript what `activate.wgsl` has under the names of `WGSL`. */
const FUNCTIONS = {
  silu: (v: number) => v / (1 + Math.exp(-v)),
  gelu: (v: number) => 0.5 * v * (1 + erf(v * Math.SQRT1_2)),
  "gelu-tanh": (v: number) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))),
  relu: (v: number) => Math.max(v, 0),
} as const;
const WGSL = { silu: "silu", gelu: "gelu", "gelu-tanh": "gelu_tanh", relu: "relu" } as const;

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(v: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(v));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(v) * (1 - sum * Math.exp(-v * v));
}

const kernels = new Map<string, ReturnType<typeof linkActivation>>();

/** The kernel for a kind, and for which of its inputs is the output itself. */
function activationKernel(kind: ActivationKind, x: "x" | "y", gate: "gate" | "y" | undefined, fused: boolean) {
  const name = `lm/activate ${kind}${gate || fused ? " gated" : ""} ${fused ? "fused" : ""}${x}${gate ?? ""}`;
  const kernel = kernels.get(name) ?? linkActivation(name, kind, x, gate, fused);
  kernels.set(name, kernel);
  return kernel;
}

/** One thread per element. WebGPU lets no dispatch read a buffer through one binding and write it through another. */
function linkActivation(
  name: string,
  kind: ActivationKind,
  x: "x" | "y",
  gate: "gate" | "y" | undefined,
  fused: boolean,
) {
  const f = FUNCTIONS[kind];
  const act = WGSL[kind];
  const plain = gate ? `${act}(${gate}[i]) * ${x}[i]` : `${act}(${x}[i])`;
  const halves = `${act}(x[i + i / u.width * u.width]) * x[i + i / u.width * u.width + u.width]`;
  return define({
    name,
    wgsl: [wgsl, `fn activated(i: u32) -> f32 { return ${fused ? halves : plain}; }`].join("\n"),
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
  });
}
