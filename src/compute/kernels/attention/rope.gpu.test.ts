import { afterAll, describe, expect, it } from "vitest";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, worst } from "../kernels.testing";
import { rope } from "./rope";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

const POSITIONS = 40;

describe.each(devices)("rope on $name", ({ device }) => {
  it.each([
    { headDim: 8, rotary: 8, interleaved: false },
    { headDim: 8, rotary: 2, interleaved: false },
    { headDim: 80, rotary: 32, interleaved: false },
    { headDim: 16, rotary: 16, interleaved: true },
    { headDim: 12, rotary: 4, interleaved: true },
  ])("turns the first $rotary of $headDim elements, interleaved: $interleaved", async (shape) => {
    const { headDim, rotary, interleaved } = shape;
    const [heads, pairs] = [3, rotary / 2];
    const angles = Array.from(
      { length: POSITIONS * pairs },
      (_, i) => Math.floor(i / pairs) * 10_000 ** -((i % pairs) / pairs),
    );
    const positions = Uint32Array.of(0, 1, 5, 39, 2, 2, 17);
    const values = normals(1, positions.length * heads * headDim);
    using x = await place(device, values);
    using table = await place(device, Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])));
    using at = await place(device, positions);
    await rope(device, { x, table, positions: at, rows: positions.length, heads, headDim, rotary, interleaved });

    const expected = Float64Array.from(values);
    for (let head = 0; head < positions.length * heads; head++) {
      for (let pair = 0; pair < pairs; pair++) {
        const first = head * headDim + (interleaved ? 2 * pair : pair);
        const second = first + (interleaved ? 1 : pairs);
        const [a, b] = [values[first] ?? 0, values[second] ?? 0];
        const angle = angles[(positions[Math.floor(head / heads)] ?? 0) * pairs + pair] ?? 0;
        expected[first] = a * Math.cos(angle) - b * Math.sin(angle);
        expected[second] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
    expect(worst(await numbersOf(device, x, values.length), expected, 1e-6)).toBeUndefined();
  });
});
