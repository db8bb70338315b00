import { describe, expect, it } from "vitest";
import type { Bytes } from "../../base/bytes";
import { openCpuDevice } from "../../compute/devices/cpu";
import { normals, stored } from "../../compute/devices/devices.testing";
import { widen } from "../../formats/convert";
import { memorySource } from "../../io/memory";
import { testModel, toyLlama } from "../checkpoint.testing";
import { CheckpointSource } from "./checkpoint";
import type { PlacedTensor } from "./tensorSource";

const device = openCpuDevice({ reason: "A test asks for it." });

const model = testModel("a", {
  w: { shape: [3], values: [9, 9, 9] },
  x: { shape: [2, 3], values: [0, 1, 2, 3, 4, 5] },
  half: { shape: [7], values: [1, 2, 3, 4, 5, 6, 7], dtype: "BF16" },
  byte: { shape: [5], values: [0.5, -1, 0.25, 1, 0], dtype: "F8_E5M2" },
});

/** All that a placed tensor's buffer holds, and then gives it back. */
async function bytesOf(tensor: PlacedTensor): Promise<Bytes> {
  using lent = tensor;
  return device.read(lent.buffer, 0, lent.buffer.bytes);
}

describe("CheckpointSource", () => {
  const source = new CheckpointSource(model);

  it("reads the elements of a stored tensor", async () => {
    expect([...source.tensors.keys()]).toEqual(["w", "x", "half", "byte"]);
    expect([...widen(await source.read("x", 1, 4), "F32")]).toEqual([1, 2, 3]);
  });

  it("places stored bytes, and zeros after the last", async () => {
    const placed = await source.place("half", 0, 7, device);
    expect(placed).toMatchObject({ dtype: "BF16", count: 7 });
    expect([...widen(await bytesOf(placed), "BF16")]).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
    const part = await source.place("x", 1, 4, device);
    expect([...widen(await bytesOf(part), "F32")]).toEqual([1, 2, 3, 0]);
    expect(device.memory.lent).toBe(0);
  });

  it("widens fp8 to F32", async () => {
    const placed = await source.place("byte", 0, 5, device);
    expect(placed).toMatchObject({ dtype: "F32", count: 5 });
    expect([...widen(await bytesOf(placed), "F32")]).toEqual([0.5, -1, 0.25, 1, 0, 0, 0, 0]);
  });

  it.each([
    ["BF16", 9 * 2 ** 19 + 5],
    ["F8_E4M3", 2 * 2 ** 20 + 5],
  ] as const)("brings large tensors of %s in pieces", async (dtype, count) => {
    const values = normals(1, count);
    const reads: number[] = [];
    const large = testModel("large", { x: { shape: [count], values, dtype } }, (bytes) => ({
      ...memorySource("large", bytes),
      read: async (start, end) => {
        reads.push(end - start);
        return bytes.slice(start, end);
      },
    }));
    const placed = await new CheckpointSource(large).place("x", 0, count, device);
    const bytes = await bytesOf(placed);
    const expected =
      dtype === "BF16" ? stored(values, dtype) : new Uint8Array(widen(stored(values, dtype), dtype).buffer);
    expect(Buffer.compare(bytes.subarray(0, expected.length), expected)).toBe(0);
    expect(bytes.subarray(expected.length).every((byte) => byte === 0)).toBe(true);
    expect(Math.max(...reads)).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(reads.length).toBeGreaterThan(1);
  });

  it("does not know other tensors, and places no integers", async () => {
    await expect(source.read("y", 0, 1)).rejects.toMatchObject({ code: "merge/no-tensor", facts: { model: "a" } });
    await expect(source.place("y", 0, 1, device)).rejects.toMatchObject({ code: "merge/no-tensor" });
    const integers = new CheckpointSource(toyLlama("b", { extra: { ids: { dtype: "I64", shape: [4] } } }));
    await expect(integers.place("ids", 0, 4, device)).rejects.toMatchObject({
      code: "model/not-float",
      facts: { tensor: "ids", dtype: "I64" },
    });
  });

  it("refuses a stretch that no binding can show", async () => {
    const { maxBindingBytes } = device.info;
    await expect(source.place("x", 0, maxBindingBytes / 4 + 1, device)).rejects.toThrow(RangeError);
  });

  it("gives its memory back when it is stopped", async () => {
    await expect(source.place("x", 0, 6, device, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    expect(device.memory.lent).toBe(0);
  });
});
