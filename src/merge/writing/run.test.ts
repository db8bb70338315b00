import { describe, expect, it, vi } from "vitest";
import type { Device } from "../../compute/device";
import { openCpuDevice } from "../../compute/devices/cpu";
import { normals } from "../../compute/devices/devices.testing";
import { memorySource } from "../../io/memory";
import type { ByteRange } from "../../io/types";
import { testModel } from "../../model/checkpoint.testing";
import { mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "../merge.testing";
import type { MergeNonFinite, MergeProgress } from "./events";
import { type MergeRun, runMerge } from "./run";

const cpu = (budgetBytes?: number) =>
  openCpuDevice({ reason: "A test asks for it.", ...(budgetBytes !== undefined && { budgetBytes }) });

/** Two models of `tensors` tensors with `count` elements each. */
function twoModels(tensors: number, count: number): TestRecipe {
  const model = (key: string, seed: number) =>
    testModel(
      key,
      Object.fromEntries(
        Array.from({ length: tensors }, (_, i) => [`t${i}`, { shape: [count], values: normals(seed + i, count) }]),
      ),
    );
  const models = [model("a", 1), model("b", 100)].map((model) => ({ model, parameters: { weight: 0.5 } }));
  return { method: "linear", models };
}

/** What a run did, in order. */
function recorded(): Pick<MergeRun, "write" | "tensorDone"> & { readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    write: async (tensor, at, bytes) => void log.push(`${tensor}: ${at}+${bytes.length}`),
    tensorDone: async (tensor) => void log.push(`${tensor} done`),
  };
}

describe("runMerge", () => {
  it("writes every byte of every tensor once, in order, and then says that it is done", async () => {
    const recipe = twoModels(2, 3000);
    const { log, ...sink } = recorded();
    await runMerge(testPlan(recipe), { models: modelsOf(recipe), device: cpu(), blockBytes: 8192, ...sink });
    const blocks = (tensor: number) => [`${tensor}: 0+8192`, `${tensor}: 8192+3808`, `${tensor} done`];
    expect(log).toEqual([...blocks(0), ...blocks(1)]);
  });

  it("gives lent memory back", async () => {
    const recipe = twoModels(3, 5000);
    const device = cpu();
    await runMerge(testPlan(recipe), { models: modelsOf(recipe), device, ...recorded() });
    expect(device.memory.lent).toBe(0);
  });

  it("says first which bytes it will read, and reads no others", async () => {
    const expected: ByteRange[] = [];
    const read: ByteRange[] = [];
    const values = normals(1, 4096);
    const tensors = { x: { shape: [64, 64], values }, y: { shape: [64, 64], values }, z: { shape: [64, 64], values } };
    const model = testModel("a", tensors, (bytes) => ({
      ...memorySource("a", bytes),
      expect: (ranges) => expected.push(...ranges),
      read: async (start, end) => {
        read.push({ start, end });
        return bytes.slice(start, end);
      },
    }));
    const recipe: TestRecipe = { method: "linear", models: [{ model, parameters: { weight: 1 } }] };
    const plan = testPlan(recipe, [16, 64]);
    await runMerge(plan, { models: modelsOf(recipe), device: cpu(), skip: new Set([1]), ...recorded() });
    expect(expected).toEqual([
      { start: 0, end: 4096 },
      { start: 2 * 16_384, end: 2 * 16_384 + 4096 },
    ]);
    expect(read).toEqual(expected);
  });

  it("leaves out what an earlier try finished, and counts it as done", async () => {
    const recipe = twoModels(3, 1000);
    const events: MergeProgress[] = [];
    const { log, ...sink } = recorded();
    await runMerge(testPlan(recipe), {
      models: modelsOf(recipe),
      device: cpu(),
      skip: new Set([0, 2]),
      onEvent: (event) => event.type === "progress" && events.push(event),
      ...sink,
    });
    expect(log).toEqual(["1: 0+4000", "1 done"]);
    expect(events[0]).toMatchObject({ tensorsDone: 2, tensors: 3, fetch: { done: 16_000, total: 24_000 } });
    expect(events.at(-1)).toMatchObject({ tensorsDone: 3, write: { done: 12_000, total: 12_000 } });
  });

  it("reports progress that never falls, of totals that never change, to the last byte", async () => {
    const recipe = twoModels(5, 20_000);
    const events: MergeProgress[] = [];
    const plan = testPlan(recipe);
    await runMerge(plan, {
      models: modelsOf(recipe),
      device: cpu(),
      blockBytes: 4096,
      onEvent: (event) => event.type === "progress" && events.push(event),
      ...recorded(),
    });
    for (const lane of ["fetch", "merge", "write"] as const) {
      const done = events.map((event) => event[lane].done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(new Set(events.map((event) => event[lane].total)).size).toBe(1);
      expect(done.at(-1)).toBe(events[0]?.[lane].total);
    }
    expect(events[0]?.fetch.total).toBe(plan.totals.readBytes);
    expect(events.at(-1)?.tensorsDone).toBe(5);
  });

  it.each(["slerp", "ties"])("%s reads again what the budget does not hold, with the same result", async (method) => {
    const count = 50_000;
    const recipe: TestRecipe = {
      method,
      models: [
        { model: testModel("a", { x: { shape: [count], values: normals(1, count) } }), isBase: true },
        {
          model: testModel("b", { x: { shape: [count], values: normals(2, count) } }),
          parameters: { weight: 1, density: 0.3 },
        },
      ],
      globals: { t: 0.4 },
    };
    const merge = async (device: Device) =>
      (await mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device }))[0];
    const small = cpu(300_000);
    expect(sameBytes(await merge(small), await merge(cpu()))).toBe(true);
    expect(small.memory.peak).toBeLessThanOrEqual(300_000);
  });

  describe("stops", () => {
    it("when cancelled, even while a write hangs, and reports nothing done afterwards", async () => {
      const recipe = twoModels(4, 2000);
      const device = cpu();
      const controller = new AbortController();
      const done: number[] = [];
      const run = runMerge(testPlan(recipe), {
        models: modelsOf(recipe),
        device,
        signal: controller.signal,
        write(tensor) {
          if (tensor < 2) return Promise.resolve();
          queueMicrotask(() => controller.abort());
          return new Promise(() => undefined);
        },
        tensorDone: async (tensor) => void done.push(tensor),
      });
      await expect(run).rejects.toMatchObject({ name: "AbortError" });
      await vi.waitFor(() => expect(device.memory.lent).toBe(0));
      expect(done).toEqual([0, 1]);
    });

    it("when cancelled while a read hangs", async () => {
      const controller = new AbortController();
      const hanging = testModel("a", { x: { shape: [8], values: normals(1, 8) } }, (bytes) => ({
        ...memorySource("a", bytes),
        read() {
          queueMicrotask(() => controller.abort());
          return new Promise(() => undefined);
        },
      }));
      const recipe: TestRecipe = { method: "linear", models: [{ model: hanging, parameters: { weight: 1 } }] };
      const options = { models: modelsOf(recipe), device: cpu(), signal: controller.signal, ...recorded() };
      await expect(runMerge(testPlan(recipe), options)).rejects.toMatchObject({ name: "AbortError" });
    });

    it("when cancelled while a kernel compiles", async () => {
      const recipe = twoModels(1, 10);
      const controller = new AbortController();
      const device: Device = {
        ...withLoss(cpu(), new Promise(() => undefined)),
        prepare() {
          queueMicrotask(() => controller.abort());
          return new Promise(() => undefined);
        },
      };
      const options = { models: modelsOf(recipe), device, signal: controller.signal, ...recorded() };
      await expect(runMerge(testPlan(recipe), options)).rejects.toMatchObject({ name: "AbortError" });
    });

    it("before it begins when the signal was aborted already", async () => {
      const recipe = twoModels(1, 10);
      const { log, ...sink } = recorded();
      const options = { models: modelsOf(recipe), device: cpu(), signal: AbortSignal.abort(), ...sink };
      await expect(runMerge(testPlan(recipe), options)).rejects.toMatchObject({ name: "AbortError" });
      expect(log).toEqual([]);
    });

    it("with the error of a failing read or write", async () => {
      const recipe = twoModels(4, 2000);
      const full = new Error("The disk is full.");
      const options = { models: modelsOf(recipe), device: cpu() };
      const write = async (tensor: number) => {
        if (tensor === 1) throw full;
      };
      await expect(runMerge(testPlan(recipe), { ...options, ...recorded(), write })).rejects.toBe(full);

      const broken = new Error("The network is down.");
      const model = testModel("a", { x: { shape: [8], values: normals(1, 8) } }, (bytes) => ({
        ...memorySource("a", bytes),
        read: () => Promise.reject(broken),
      }));
      const reading: TestRecipe = { method: "linear", models: [{ model, parameters: { weight: 1 } }] };
      const run = runMerge(testPlan(reading), { models: modelsOf(reading), device: cpu(), ...recorded() });
      await expect(run).rejects.toBe(broken);
    });

    it("and is silent from then on, whatever its lanes still do", async () => {
      const recipe = twoModels(4, 200_000);
      let clock = 0;
      const now = vi.spyOn(performance, "now").mockImplementation(() => (clock += 1000)); // no event is held back
      const events: string[] = [];
      const run = runMerge(testPlan(recipe), {
        models: modelsOf(recipe),
        device: cpu(),
        ...recorded(),
        write: () => Promise.reject(new Error("The disk is full.")),
        onEvent: ({ type }) => events.push(type),
        blockBytes: 4096,
      });
      await expect(run).rejects.toThrow("The disk is full.");
      const told = events.length;
      expect(told).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(events).toHaveLength(told);
      now.mockRestore();
    });

    it("when the device is lost, with what was finished finished", async () => {
      const recipe = twoModels(4, 2000);
      const lost = new Error("The GPU went away.");
      let lose = (_: Error): void => undefined;
      const device = withLoss(cpu(), new Promise((resolve) => (lose = resolve)));
      const done: number[] = [];
      const run = runMerge(testPlan(recipe), {
        models: modelsOf(recipe),
        device,
        async write(tensor) {
          if (tensor !== 2) return;
          lose(lost);
          await new Promise(() => undefined);
        },
        tensorDone: async (tensor) => void done.push(tensor),
      });
      await expect(run).rejects.toBe(lost);
      expect(done).toEqual([0, 1]);
    });

    it("when a model is not the one that was planned with", async () => {
      const recipe = twoModels(1, 10);
      const plan = testPlan(recipe);
      const options = { device: cpu(), ...recorded() };
      await expect(runMerge(plan, { ...options, models: new Map() })).rejects.toMatchObject({ code: "merge/no-model" });
      const other = modelsOf(twoModels(1, 11));
      await expect(runMerge(plan, { ...options, models: other })).rejects.toMatchObject({
        code: "merge/changed-model",
        facts: { found: "F32 [11]", expected: "F32 [10]" },
      });
    });
  });

  describe("NaN and Inf", () => {
    const values = Array.from({ length: 3000 }, (_, i) => (i === 2999 ? Number.NaN : i === 7 ? Infinity : i));
    const fine = values.map(() => 1);
    const recipeOf = (method: string, parameters = {}): TestRecipe => ({
      method,
      models: [
        { model: testModel("a", { fine: { shape: [3000], values: fine }, x: { shape: [3000], values } }), parameters },
      ],
    });

    it.each([recipeOf("linear", { weight: 1 }), recipeOf("passthrough")])(
      "stop $method, with both counts, after the tensors before",
      async (recipe) => {
        const done: number[] = [];
        const run = runMerge(testPlan(recipe), {
          models: modelsOf(recipe),
          device: cpu(),
          write: async () => undefined,
          tensorDone: async (tensor) => void done.push(tensor),
        });
        await expect(run).rejects.toMatchObject({
          code: "merge/non-finite",
          facts: { tensor: "x", inputs: 2, outputs: 2 },
          message: expect.stringContaining("x has 2 NaN or Inf in its inputs"),
        });
        expect(done).toEqual([0]);
      },
    );

    it("are counted and told where they are allowed", async () => {
      const recipe = recipeOf("linear", { weight: 1 });
      const events: MergeNonFinite[] = [];
      await mergeToMemory(testPlan(recipe), {
        models: modelsOf(recipe),
        device: cpu(),
        allowNonFinite: true,
        onEvent: (event) => event.type === "non-finite" && events.push(event),
      });
      expect(events).toEqual([{ type: "non-finite", tensor: "x", inputs: 2, outputs: 2, float16: false }]);
    });

    it("made from finite inputs are found too", async () => {
      const recipe: TestRecipe = {
        method: "linear",
        models: [{ model: testModel("a", { x: { shape: [2], values: [3e38, 1] } }), parameters: { weight: 2 } }],
        globals: { normalize: false },
      };
      await expect(mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device: cpu() })).rejects.toMatchObject({
        facts: { inputs: 0, outputs: 1 },
      });
    });
  });
});

/** The same device, which can go away. */
function withLoss(device: Device, lost: Promise<Error>): Device {
  return {
    info: device.info,
    traits: device.traits,
    get memory() {
      return device.memory;
    },
    lost,
    lease: (bytes, label) => device.lease(bytes, label),
    write: (buffer, at, bytes) => device.write(buffer, at, bytes),
    clear: (buffer, at, length) => device.clear(buffer, at, length),
    copy: (from, fromAt, to, toAt, length) => device.copy(from, fromAt, to, toAt, length),
    prepare: (kernel) => device.prepare(kernel),
    run: (prepared, buffers, uniforms, groups) => device.run(prepared, buffers, uniforms, groups),
    read: (buffer, at, length) => device.read(buffer, at, length),
    settle: () => device.settle(),
    close: () => device.close(),
  };
}
