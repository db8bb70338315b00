import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../compute/cpu";
import { normals } from "../compute/testDevices";
import { widen } from "../formats/convert";
import { memorySource } from "../io/memory";
import { CheckpointSource, MergedSource } from "./source";
import { mergedValues, mergeToMemory, modelsOf, sameBytes, type TestRecipe, testModel, testPlan } from "./testMerge";

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

describe("CheckpointSource", () => {
  it("reads the elements of a stored tensor", async () => {
    const model = testModel("a", {
      w: { shape: [3], values: [9, 9, 9] },
      x: { shape: [2, 3], values: [0, 1, 2, 3, 4, 5] },
    });
    const source = new CheckpointSource(model);
    expect([...source.tensors.keys()]).toEqual(["w", "x"]);
    expect([...widen(await source.read("x", 1, 4), "F32")]).toEqual([1, 2, 3]);
    await expect(source.read("y", 0, 1)).rejects.toMatchObject({ code: "merge/no-tensor", facts: { model: "a" } });
  });

  it("is a model that a merge of one gives back", async () => {
    const values = normals(1, 100);
    const model = testModel("a", { x: { shape: [100], values } });
    expect(await mergedValues(device, { method: "passthrough", models: [{ model }] })).toEqual(values);
  });
});
