import type { Bytes, Floats } from "../../base/bytes";
import { narrow } from "../../formats/convert";
import { DTYPE_BYTES, type FloatDType } from "../../formats/dtypes";
import type { Blocks, PackedBlock } from "../blocks";
import type { Device } from "../device";
import { openCpuDevice } from "./cpu";
import { openWasmDevice } from "./wasm/device";
import { openWebGpuDevice } from "./webgpu";

/** Both devices, for suites that run over each. Fails, and never skips, where the browser has no adapter. */
export async function openTestDevices(): Promise<readonly { readonly name: string; readonly device: Device }[]> {
  return [
    { name: "webgpu", device: await openWebGpuDevice({ gpu: navigator.gpu }) },
    { name: "wasm", device: await openWasmDevice({ reason: "A test asks for it." }) },
    { name: "cpu", device: openCpuDevice({ reason: "A test compares it." }) },
  ];
}

/** Stored elements of one input of a tensor. */
export interface TestInput {
  readonly dtype: FloatDType;
  readonly bytes: Bytes;
}

/** A whole tensor in host memory as blocks of `elements` elements; the bytes between inputs are not zero but NaN. */
export function testBlocks(device: Device, inputs: readonly TestInput[], elements: number): Blocks {
  const [first] = inputs;
  if (!first) throw new TypeError("A tensor has at least one input.");
  const count = first.bytes.length / DTYPE_BYTES[first.dtype];
  return {
    count,
    dtypes: inputs.map(({ dtype }) => dtype),
    async *[Symbol.asyncIterator]() {
      for (let start = 0; start < count; start += elements) {
        using block = await pack(device, inputs, start, Math.min(elements, count - start));
        yield block;
      }
    },
  };
}

async function pack(
  device: Device,
  inputs: readonly TestInput[],
  start: number,
  count: number,
): Promise<PackedBlock & Disposable> {
  const pieces = inputs.map(({ dtype, bytes }) => {
    const size = DTYPE_BYTES[dtype];
    return bytes.subarray(start * size, (start + count) * size);
  });
  const offsets: number[] = [];
  let end = 0;
  for (const piece of pieces) {
    offsets.push(end);
    end += Math.ceil(piece.length / 16) * 16;
  }
  const packed = new Uint8Array(end).fill(0xff);
  for (const [k, piece] of pieces.entries()) packed.set(piece, offsets[k] ?? 0);
  const buffer = await device.lease(end, "test block");
  device.write(buffer, 0, packed);
  return { buffer, start, count, offsets, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}

/** Numbers of ordinary size for tests, the same for the same seed: a sum of uniforms, near enough to a normal distribution. */
export function normals(seed: number, count: number): Floats {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => uniform() + uniform() + uniform() + uniform() - 2);
}

/** Elements of any stored type: fp8 by taking the nearest code, which no output has. */
export function stored(values: Float32Array, dtype: FloatDType): Bytes {
  if (dtype !== "F8_E4M3" && dtype !== "F8_E5M2") return narrow(values, dtype);
  if (dtype === "F8_E5M2") return Uint8Array.from(new Uint16Array(narrow(values, "F16").buffer), (half) => half >> 8);
  return Uint8Array.from(values, (value) =>
    Number.isNaN(value) ? 0x7f : Math.abs(Math.round(value * 40)) + (value < 0 ? 128 : 0),
  );
}

/** Where two arrays differ first, with both values; undefined when they are equal. Says more than a failed toEqual of megabytes. */
export function firstDifference(got: ArrayLike<number>, expected: ArrayLike<number>) {
  if (got.length !== expected.length) return { got: got.length, expected: expected.length, at: "length" };
  for (let at = 0; at < got.length; at++) {
    if (got[at] !== expected[at]) return { got: got[at], expected: expected[at], at };
  }
  return undefined;
}

/** The largest distance between two lists; infinite for lists of different lengths, and where one is NaN. */
export function largestDistance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let at = 0; at < expected.length; at++) {
    const distance = Math.abs((found[at] ?? Number.NaN) - (expected[at] ?? Number.NaN));
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    most = Math.max(most, distance);
  }
  return most;
}
