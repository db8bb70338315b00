import { afterAll, describe, expect, it } from "vitest";
import { widen } from "../../../formats/convert";
import { DTYPE_BYTES, OUTPUT_DTYPES } from "../../../formats/dtypes";
import { normals } from "../../devices/devices.testing";
import { openKernelDevices, place, placeWeight, worst } from "../kernels.testing";
import { addProduct } from "./addProduct";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** Rows and columns of the stretch's matrix, its rank, and the stretch. */
const CASES = [
  { columns: 64, rank: 4, column: 0, count: 640 },
  { columns: 72, rank: 8, column: 16, count: 5000 },
  { columns: 33, rank: 3, column: 20, count: 1001 },
  { columns: 7, rank: 1, column: 6, count: 13 },
  { columns: 5000, rank: 17, column: 4999, count: 9001 },
  { columns: 3, rank: 2, column: 0, count: 1 },
] as const;

describe.each(devices)("the product of two factors on $name", ({ device }) => {
  it.each(OUTPUT_DTYPES)("is added to a stretch of %s in place, rounded once", async (dtype) => {
    for (const { columns, rank, column, count } of CASES) {
      const rows = Math.ceil((column + count) / columns);
      const [left, right] = [normals(1, rows * rank), normals(2, rank * columns)];
      const { weight, values } = await placeWeight(device, normals(3, count), dtype);
      const bytes = Math.ceil((count * DTYPE_BYTES[dtype]) / 16) * 16;
      // Before it and behind it lies what is not its own.
      using w = await device.lease(bytes + 64, "test");
      device.write(w, 0, new Uint8Array(bytes + 64).fill(0x3f));
      device.copy(weight.buffer, 0, w, 32, bytes);
      using placedLeft = await place(device, left);
      using placedRight = await place(device, right);
      const shape = { count, column, columns, rank, scale: 0.37 };
      await addProduct(device, { w, dtype, at: 32, ...shape, left: placedLeft, right: placedRight });
      const expected = values.map((value, i) => {
        const [row, at] = [Math.floor((column + i) / columns), (column + i) % columns];
        let sum = 0;
        for (let k = 0; k < rank; k++) sum += (left[row * rank + k] ?? 0) * (right[k * columns + at] ?? 0);
        return value + 0.37 * sum;
      });
      const all = await device.read(w, 0, bytes + 64);
      const got = widen(all.subarray(32, 32 + count * DTYPE_BYTES[dtype]), dtype);
      const near = { F32: 2e-6, BF16: 2 ** -8, F16: 2 ** -11 }[dtype];
      expect(
        worst(
          got.map((value, i) => value / Math.max(1, Math.abs(expected[i] ?? 0))),
          [...expected].map((value) => value / Math.max(1, Math.abs(value))),
          near,
        ),
      ).toBeUndefined();
      expect(all.subarray(32 + count * DTYPE_BYTES[dtype], 32 + bytes).every((byte) => byte === 0)).toBe(true);
      expect([...all.subarray(0, 32), ...all.subarray(32 + bytes)].every((byte) => byte === 0x3f)).toBe(true);
      weight.buffer[Symbol.dispose]();
    }
  });
});

it("gives the same bytes on the threads of WebAssembly as in TypeScript", async () => {
  const bytesOf = async (name: string) => {
    const { device } = devices.find((each) => each.name === name) ?? expect.fail(`There is no ${name}.`);
    using w = await place(device, normals(3, 9001));
    using left = await place(device, normals(1, 2 * 6));
    using right = await place(device, normals(2, 6 * 5000));
    const shape = { count: 9000, column: 1000, columns: 5000, rank: 6, scale: 0.5 };
    await addProduct(device, { w, dtype: "F32", at: 0, ...shape, left, right });
    return device.read(w, 0, 36_000);
  };
  expect(await bytesOf("wasm")).toEqual(await bytesOf("cpu"));
});
