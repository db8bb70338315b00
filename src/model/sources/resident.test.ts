import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { widen } from "../../formats/convert";
import { memorySource } from "../../io/memory";
import { testModel } from "../checkpoint.testing";
import { ResidentSource } from "./resident";

/** Two tensors of 64 bytes, the bytes read of them, and a source that keeps up to `budget` bytes. */
function counted(budget: number) {
  const reads = { bytes: 0 };
  const values = Array.from({ length: 16 }, (_, i) => i);
  const model = testModel("a", { x: { shape: [16], values }, y: { shape: [16], values } }, (bytes) => ({
    ...memorySource("a", bytes),
    read: async (start, end) => {
      reads.bytes += end - start;
      return bytes.slice(start, end);
    },
  }));
  const device = openCpuDevice({ reason: "A test asks for it." });
  return { reads, device, source: new ResidentSource(model.weights, device, budget) };
}

describe("ResidentSource", () => {
  it("reads what fits once, also for those who ask at the same time", async () => {
    const { reads, device, source } = counted(128);
    for (const tensor of await Promise.all([source.place("x", 0, 16, device), source.place("x", 0, 16, device)])) {
      using lent = tensor;
      expect([...widen(await device.read(lent.buffer, 4, 8), "F32")]).toEqual([1, 2]);
    }
    using again = await source.place("x", 0, 16, device);
    expect(again).toMatchObject({ dtype: "F32", count: 16 });
    expect(reads.bytes).toBe(64);
    expect(source.bytes).toBe(64);
    expect([...widen(await source.read("x", 0, 2), "F32")]).toEqual([0, 1]);
  });

  it("cuts a part out of what is there", async () => {
    const { reads, device, source } = counted(128);
    (await source.place("x", 0, 16, device))[Symbol.dispose]();
    using part = await source.place("x", 3, 6, device);
    expect(part).toMatchObject({ dtype: "F32", count: 3 });
    expect([...widen(await device.read(part.buffer, 0, 16), "F32")]).toEqual([3, 4, 5, 0]);
    expect([reads.bytes, source.bytes]).toEqual([64, 64]);
  });

  it("lets through what does not fit", async () => {
    const { reads, device, source } = counted(100);
    for (let pass = 0; pass < 2; pass++) {
      using _x = await source.place("x", 0, 16, device);
      using _y = await source.place("y", 0, 16, device);
    }
    expect(reads.bytes).toBe(3 * 64);
    expect(source.bytes).toBe(64);
    source[Symbol.dispose]();
    expect(device.memory.lent).toBe(0);
  });

  it("gives all back when it is disposed, what is on loan a little later", async () => {
    const { device, source } = counted(128);
    const held = await source.place("x", 0, 16, device);
    (await source.place("y", 0, 16, device))[Symbol.dispose]();
    source[Symbol.dispose]();
    expect(source.bytes).toBe(64);
    held[Symbol.dispose]();
    held[Symbol.dispose]();
    expect([source.bytes, device.memory.lent]).toEqual([0, 0]);
    (await source.place("x", 0, 16, device))[Symbol.dispose]();
    expect([source.bytes, device.memory.lent]).toEqual([0, 0]);
  });

  it("forgets what failed, and does not count it", async () => {
    const { device, source } = counted(128);
    const stopped = source.place("x", 0, 16, device, AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(source.bytes).toBe(0);
    (await source.place("x", 0, 16, device))[Symbol.dispose]();
    expect(source.bytes).toBe(64);
    await expect(source.place("z", 0, 1, device)).rejects.toMatchObject({ code: "merge/no-tensor" });
  });

  it("keeps nothing for another device", async () => {
    const { source } = counted(128);
    const other = openCpuDevice({ reason: "Another test device." });
    (await source.place("x", 0, 16, other))[Symbol.dispose]();
    expect([source.bytes, other.memory.lent]).toEqual([0, 0]);
  });
});
