import { describe, expect, it } from "vitest";
import type { Device } from "../compute/device";
import { openCpuDevice } from "../compute/devices/cpu";
import { normals } from "../compute/devices/devices.testing";
import { memorySource } from "../io/memory";
import { testModel } from "../model/checkpoint.testing";
import { modelsOf, sameBytes, type TestRecipe, testPlan } from "./merge.testing";
import { ResidentInputs } from "./resident";
import { MergedSource } from "./source";

const COUNT = 5000;
/** Of one input of one tensor. */
const BYTES = COUNT * 2;

/** Models of two tensors that share a count of the bytes read of them. */
function countedModels() {
  const reads = { bytes: 0 };
  const model = (key: string, seed: number) => {
    const tensor = (more: number) => ({ shape: [COUNT], values: normals(seed + more, COUNT), dtype: "BF16" as const });
    return testModel(key, { x: tensor(0), y: tensor(10) }, (bytes) => ({
      ...memorySource(key, bytes),
      read: async (start, end) => {
        reads.bytes += end - start;
        return bytes.slice(start, end);
      },
    }));
  };
  return { reads, a: model("a", 1), b: model("b", 2), c: model("c", 3) };
}

type Models = ReturnType<typeof countedModels>;

function recipe(method: string, { a, b }: Pick<Models, "a" | "b">, weight: number): TestRecipe {
  return {
    method,
    models: [
      { model: a, isBase: true, parameters: { weight } },
      { model: b, parameters: { weight, density: 0.4 } },
    ],
    globals: { t: weight },
    output: "F32",
    seed: 1,
  };
}

const openDevice = () => openCpuDevice({ reason: "A test asks for it." });

describe("ResidentInputs", () => {
  it.each(["linear", "slerp", "ties", "dare_linear"])(
    "%s: other parameters over the same models read no byte and give what reading gives",
    async (method) => {
      const models = countedModels();
      const device = openDevice();
      using residents = new ResidentInputs(device, 8 * BYTES);
      for (const [pass, weight] of [0.3, 0.8].entries()) {
        const plan = testPlan(recipe(method, models, weight));
        const options = { models: modelsOf(recipe(method, models, weight)), device, blockBytes: 4096 };
        const before = models.reads.bytes;
        const source = new MergedSource(plan, { ...options, residents });
        const [x, part, y] = await Promise.all([
          placedBytes(device, source, "x", 0, COUNT),
          placedBytes(device, source, "x", 1024, 3001),
          placedBytes(device, source, "y", 0, COUNT),
        ]);
        expect(models.reads.bytes - before).toBe(pass === 0 ? 4 * BYTES : 0);
        const read = new MergedSource(plan, options);
        expect(sameBytes(x, await read.read("x", 0, COUNT))).toBe(true);
        expect(sameBytes(part, await read.read("x", 1024, 3001))).toBe(true);
        expect(sameBytes(y, await read.read("y", 0, COUNT))).toBe(true);
      }
      residents[Symbol.dispose]();
      expect([residents.bytes, device.memory.lent]).toEqual([0, 0]);
    },
  );

  it("keeps what is copied, too", async () => {
    const { reads, a } = countedModels();
    const device = openDevice();
    using residents = new ResidentInputs(device, 8 * BYTES);
    const copy: TestRecipe = { method: "passthrough", models: [{ model: a }], output: "BF16" };
    for (let pass = 0; pass < 2; pass++) {
      const source = new MergedSource(testPlan(copy), { models: modelsOf(copy), device, residents });
      expect(sameBytes(await placedBytes(device, source, "x", 0, COUNT), await source.read("x", 0, COUNT))).toBe(true);
    }
    expect(reads.bytes).toBe(3 * BYTES); // once to stay, twice to compare with
  });

  it("streams what does not fit, and keeps what it has", async () => {
    const models = countedModels();
    const device = openDevice();
    using residents = new ResidentInputs(device, 3 * BYTES);
    for (let pass = 0; pass < 2; pass++) {
      const slerp = recipe("slerp", models, 0.1 * pass);
      const source = new MergedSource(testPlan(slerp), { models: modelsOf(slerp), device, residents });
      await placedBytes(device, source, "x", 0, COUNT);
      await placedBytes(device, source, "y", 0, COUNT);
    }
    expect(models.reads.bytes).toBe((2 + 2 + 2) * BYTES);
    expect(residents.bytes).toBe(2 * BYTES);
  });

  it("makes room for other models", async () => {
    const models = countedModels();
    const device = openDevice();
    using residents = new ResidentInputs(device, 4 * BYTES);
    const place = async (b: Models["b"]) => {
      const linear = recipe("linear", { a: models.a, b }, 0.5);
      const source = new MergedSource(testPlan(linear), { models: modelsOf(linear), device, residents });
      const before = models.reads.bytes;
      await placedBytes(device, source, "x", 0, COUNT);
      await placedBytes(device, source, "y", 0, COUNT);
      return models.reads.bytes - before;
    };
    expect([await place(models.b), await place(models.c), await place(models.c)]).toEqual([4 * BYTES, 4 * BYTES, 0]);
    expect(residents.bytes).toBe(4 * BYTES);
  });

  it("takes a model that was opened again for another", async () => {
    const device = openDevice();
    using residents = new ResidentInputs(device, 8 * BYTES);
    for (const models of [countedModels(), countedModels()]) {
      const linear = recipe("linear", models, 0.5);
      const source = new MergedSource(testPlan(linear), { models: modelsOf(linear), device, residents });
      await placedBytes(device, source, "x", 0, COUNT);
      expect(models.reads.bytes).toBe(2 * BYTES);
    }
  });

  it("goes on without, where the device has less than it was thought to", async () => {
    const models = countedModels();
    const device = openCpuDevice({ reason: "A test asks for it.", budgetBytes: 64 * 1024 });
    using residents = new ResidentInputs(device, 2 ** 20);
    using _others = await device.lease(32 * 1024, "others");
    const linear = recipe("linear", models, 0.5);
    const options = { models: modelsOf(linear), device, blockBytes: 2048, budgetBytes: 16 * 1024 };
    const source = new MergedSource(testPlan(linear), { ...options, residents });
    const expected = await new MergedSource(testPlan(linear), options).read("x", 0, COUNT);
    expect(sameBytes(await placedBytes(device, source, "x", 0, COUNT), expected)).toBe(true);
    expect(residents.bytes).toBe(0);
  });

  it("does not keep what was cancelled, nor its memory", async () => {
    const models = countedModels();
    const device = openDevice();
    using residents = new ResidentInputs(device, 8 * BYTES);
    const linear = recipe("linear", models, 0.5);
    const source = new MergedSource(testPlan(linear), { models: modelsOf(linear), device, residents });
    const stopped = source.place("x", 0, COUNT, device, AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect([residents.bytes, device.memory.lent]).toEqual([0, 0]);
  });
});

async function placedBytes(
  device: Device,
  source: MergedSource,
  name: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  using placed = await source.place(name, start, end, device);
  return device.read(placed.buffer, 0, placed.count * (placed.dtype === "F32" ? 4 : 2));
}
