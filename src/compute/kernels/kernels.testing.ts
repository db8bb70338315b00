import { narrow, widen } from "../../formats/convert";
import type { OutputDType } from "../../formats/dtypes";
import type { Device, DeviceBuffer } from "../device";
import { openCpuDevice } from "../devices/cpu";
import { openWasmDevice } from "../devices/wasm/device";
import { openWebGpuDevice } from "../devices/webgpu";
import type { Weight } from "./common/weight";
import { floats } from "./link/define";

/** The devices that kernels are tested on: an adapter as it is, the same with the kernels that GPUs get, and TypeScript. */
export async function openKernelDevices(): Promise<readonly { readonly name: string; readonly device: Device }[]> {
  return [
    { name: "webgpu", device: await openWebGpuDevice({ gpu: navigator.gpu }) },
    {
      name: "webgpu as a GPU",
      device: await openWebGpuDevice({ gpu: navigator.gpu, traits: { cheapBarriers: true } }),
    },
    { name: "wasm", device: await openWasmDevice({ reason: "A test asks for it." }) },
    { name: "cpu", device: openCpuDevice({ reason: "A test compares it." }) },
  ];
}

/** A buffer with these numbers, and what is left of its last sixteen bytes NaN: no kernel may use it. */
export async function place(device: Device, values: Float32Array | Uint32Array): Promise<DeviceBuffer> {
  const bytes = new Uint8Array(Math.ceil(values.byteLength / 16) * 16).fill(0xff);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const buffer = await device.lease(bytes.length, "test");
  device.write(buffer, 0, bytes);
  return buffer;
}

/** A stored weight, and its values as they are after narrowing. */
export async function placeWeight(
  device: Device,
  values: Float32Array,
  dtype: OutputDType,
): Promise<{ readonly weight: Weight; readonly values: Float32Array }> {
  const packed = narrow(values, dtype);
  const bytes = new Uint8Array(Math.ceil(packed.length / 16) * 16);
  bytes.set(packed);
  const buffer = await device.lease(bytes.length, "test weight");
  device.write(buffer, 0, bytes);
  return { weight: { buffer, dtype }, values: widen(packed, dtype) };
}

/** The first `count` numbers of a buffer. */
export async function numbersOf(device: Device, buffer: DeviceBuffer, count: number): Promise<Float32Array> {
  return floats(await device.read(buffer, 0, 4 * count));
}

/** Where two arrays differ most, if by more than `tolerance`; a NaN differs from everything. */
export function worst(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  if (got.length !== expected.length) return { got: got.length, expected: expected.length, at: "length" };
  let found: { at: number; got: number; expected: number } | undefined;
  let most = tolerance;
  for (let at = 0; at < got.length; at++) {
    const [a = Number.NaN, b = Number.NaN] = [got[at], expected[at]];
    const distance = Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b);
    if (distance > most) {
      most = distance;
      found = { at, got: a, expected: b };
    }
  }
  return found;
}
