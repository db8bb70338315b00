import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { normals, stored } from "../compute/devices/devices.testing";
import { DTYPE_BYTES } from "../formats/dtypes";
import { memorySource } from "../io/memory";
import { testModel } from "../model/checkpoint.testing";
import { mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "./merge.testing";
import { MergedSource } from "./source";

const device = openCpuDevice({ reason: "A test asks for it." });
const COUNT = 10_000;

/** Two models and the number of bytes that were read of them. */
function counted(method: string) {
  const reads = { bytes: 0 };
  const model = (key: string, seed: number) =>
    testModel(key, { x: { shape: [COUNT], values: normals(seed, COUNT), dtype: "BF16" } }, (bytes) => ({
      ...memorySource(key, bytes),
      read: async (start, end) => {
        reads.bytes += end - start;
        return bytes.slice(start, end);
      },
    }));
  const recipe: TestRecipe = {
    method,
    models: [
      { model: model("a", 1), isBase: true, parameters: { weight: 0.5 } },
      { model: model("b", 2), parameters: { weight: 0.5, density: 0.4 } },
    ],
    globals: { t: 0.3 },
    output: "BF16",
    seed: 3,
  };
  return { recipe, reads, source: new MergedSource(testPlan(recipe), { models: modelsOf(recipe), device }) };
}

describe("MergedSource", () => {
  it("lists the tensors of the plan", () => {
    expect(counted("linear").source.tensors.get("x")).toMatchObject({ dtype: "BF16", shape: [COUNT] });
  });

  it.each(["linear", "slerp", "ties", "dare_linear"])(
    "%s: a stretch is that stretch of the whole merge",
    async (method) => {
      const { recipe, source } = counted(method);
      const [whole = new Uint8Array()] = await mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device });
      expect(sameBytes(await source.read("x", 0, COUNT), whole)).toBe(true);
      expect(sameBytes(await source.read("x", 3072, 7001), whole.slice(2 * 3072, 2 * 7001))).toBe(true);
    },
  );

  it("reads only the stretch it is asked for, and does reductions once", async () => {
    const plain = counted("linear");
    await plain.source.read("x", 1024, 2048);
    expect(plain.reads.bytes).toBe(2 * 2 * 1024);

    const reduced = counted("slerp");
    await Promise.all([reduced.source.read("x", 0, 1024), reduced.source.read("x", 1024, 2048)]);
    expect(reduced.reads.bytes).toBe(2 * 2 * (COUNT + 2048));
    await reduced.source.read("x", 0, 1024);
    expect(reduced.reads.bytes).toBe(2 * 2 * (COUNT + 3072));
  });

  it("tries again what failed, and what was cancelled", async () => {
    const { source } = counted("ties");
    const cancelled = source.read("x", 0, 1024, AbortSignal.abort());
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
    expect(await source.read("x", 0, 1024)).toHaveLength(2048);
  });

  it("does not know other tensors", async () => {
    await expect(counted("linear").source.read("y", 0, 1)).rejects.toMatchObject({ code: "merge/no-tensor" });
  });
});

describe("MergedSource.place", () => {
  it.each(["linear", "slerp", "ties", "dare_linear"])(
    "%s: places what it reads, in one block or many",
    async (method) => {
      const { recipe, source } = counted(method);
      const small = new MergedSource(testPlan(recipe), { models: modelsOf(recipe), device, blockBytes: 4096 });
      for (const [start, end] of [
        [0, COUNT],
        [3072, 7001],
      ] as const) {
        const expected = await source.read("x", start, end);
        expect(sameBytes(await placedBytes(source, start, end), expected)).toBe(true);
        expect(sameBytes(await placedBytes(small, start, end), expected)).toBe(true);
      }
    },
  );

  it("reads each input once for reductions and map together", async () => {
    const { source, reads } = counted("slerp");
    (await source.place("x", 0, COUNT, device))[Symbol.dispose]();
    expect(reads.bytes).toBe(2 * 2 * COUNT);
  });

  it("places stored bytes where nothing is merged", async () => {
    const values = normals(1, 100);
    for (const dtype of ["BF16", "F32"] as const) {
      const model = testModel("a", { x: { shape: [100], values, dtype } });
      const recipe: TestRecipe = { method: "passthrough", models: [{ model }], output: dtype };
      const source = new MergedSource(testPlan(recipe), { models: modelsOf(recipe), device });
      expect(sameBytes(await placedBytes(source, 0, 100), stored(values, dtype))).toBe(true);
    }
  });

  it("holds no memory after what it placed is given back, nor after a cancel", async () => {
    const { source } = counted("ties");
    await expect(source.place("x", 0, COUNT, device, AbortSignal.abort())).rejects.toMatchObject({
      name: "AbortError",
    });
    await placedBytes(source, 0, COUNT);
    expect(device.memory.lent).toBe(0);
  });

  it("merges on its own device only", async () => {
    const other = openCpuDevice({ reason: "Another test device." });
    await expect(counted("linear").source.place("x", 0, 1, other)).rejects.toThrow(TypeError);
  });
});

/** What a placed stretch holds; behind it, up to the next 16 bytes, zeros. */
async function placedBytes(source: MergedSource, start: number, end: number): Promise<Uint8Array> {
  using placed = await source.place("x", start, end, device);
  expect(placed.count).toBe(end - start);
  const bytes = await device.read(placed.buffer, 0, placed.buffer.bytes);
  const used = placed.count * DTYPE_BYTES[placed.dtype];
  expect(bytes.subarray(used).every((byte) => byte === 0)).toBe(true);
  return bytes.subarray(0, used);
}
