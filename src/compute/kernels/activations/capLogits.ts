import wgsl from "../../../../shaders/activations/capLogits.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { f32Bits, job } from "../../fast";
import { define, dispatch, floats, writes } from "../link/define";

const THREADS = 256;
/** Elements that a thread of WebAssembly takes at a time: as `assembly/pass/moves.ts` has it. */
const ELEMENTS_OF_A_PIECE = 16_384;

export interface CapLogits {
  /** f32, `count` elements, changed in place. */
  readonly x: DeviceBuffer;
  readonly count: number;
  /** c in c·tanh(x / c). */
  readonly softCap: number;
}

/** Bends logits so that none is larger than the cap: `x = softCap · tanh(x / softCap)`. */
export function capLogits(device: Device, { x, count, softCap }: CapLogits): Promise<void> {
  return dispatch(device, kernel, [x], { count, softCap }, Math.ceil(count / THREADS));
}

const kernel = define({
  name: "lm/capLogits",
  wgsl,
  constants: { THREADS },
  buffers: { x: writes("array<f32>") },
  uniforms: { count: "u32", softCap: "f32" },
  reference([bytes], { count, softCap }) {
    const x = floats(bytes);
    for (let i = 0; i < count; i++) x[i] = softCap * Math.tanh((x[i] ?? 0) / softCap);
  },
  fast: ([x = 0], { count, softCap }) =>
    job("capLogits", [x, count, f32Bits(softCap)], Math.ceil(count / ELEMENTS_OF_A_PIECE)),
});
