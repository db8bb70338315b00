import wgsl from "../../../../shaders/activations/addScaled.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { f32Bits, job } from "../../fast";
import { define, dispatch, floats, reads, writes } from "../link/define";

const THREADS = 256;

export interface AddScaled {
  /** f32, `count` elements; two buffers. */
  readonly x: DeviceBuffer;
  readonly y: DeviceBuffer;
  readonly count: number;
  /** 1 unless given. */
  readonly scale?: number;
}

/** `y += scale · x`: what a block gives to the residual stream. */
export function addScaled(device: Device, { x, y, count, scale = 1 }: AddScaled): Promise<void> {
  return dispatch(device, kernel, [x, y], { count, scale }, Math.ceil(count / THREADS));
}

const kernel = define({
  name: "lm/addScaled",
  wgsl,
  constants: { THREADS },
  buffers: { x: reads("array<f32>"), y: writes("array<f32>") },
  uniforms: { count: "u32", scale: "f32" },
  reference([xBytes, yBytes], { count, scale }) {
    const [x, y] = [floats(xBytes), floats(yBytes)];
    for (let i = 0; i < count; i++) y[i] = (y[i] ?? 0) + scale * (x[i] ?? 0);
  },
  fast: ([x = 0, y = 0], { count, scale }) =>
    job("addScaled", [x, y, count, f32Bits(scale)], Math.ceil(count / ELEMENTS_OF_A_PIECE)),
});

/** Elements that a thread takes at a time: as `assembly/pass/rows.ts` has it. */
const ELEMENTS_OF_A_PIECE = 16_384;
