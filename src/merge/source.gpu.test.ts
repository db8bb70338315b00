import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bytes } from "../base/bytes";
import type { Device } from "../compute/device";
import { normals, openTestDevices, stored } from "../compute/devices/devices.testing";
import { widen } from "../formats/convert";
import type { FloatDType } from "../formats/dtypes";
import { testModel } from "../model/checkpoint.testing";
import { ResidentSource } from "../model/sources/resident";
import type { PlacedTensor, TensorSource } from "../model/sources/tensorSource";
import { tensorDrift } from "./drift";
import { modelsOf, sameBytes, type TestRecipe, testPlan } from "./merge.testing";
import { ResidentInputs } from "./resident";
import { MergedSource } from "./source";

const COUNT = 70_001;
let devices: Awaited<ReturnType<typeof openTestDevices>>;
beforeAll(async () => {
  devices = await openTestDevices();
});
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** WebGPU, where the buffers that other work left behind are not zero. */
async function gpu(): Promise<Device> {
  const found = devices.find(({ name }) => name === "webgpu");
  if (!found) throw new Error("There is no WebGPU device.");
  using used = await found.device.lease(4 * COUNT, "used");
  found.device.write(used, 0, new Uint8Array(4 * COUNT).fill(0xff));
  return found.device;
}

const model = (key: string, seed: number, dtype: FloatDType = "BF16") =>
  testModel(key, { x: { shape: [COUNT], values: normals(seed, COUNT), dtype } });

function recipe(method: string, t = 0.4): TestRecipe {
  return {
    method,
    models: [
      { model: model("a", 1), isBase: true, parameters: { weight: 0.5 } },
      { model: model("b", 2), parameters: { weight: 0.5, density: 0.4 } },
    ],
    globals: { t },
    output: "BF16",
    seed: 3,
  };
}

/** The whole buffer, given back. */
async function bytesOf(device: Device, tensor: PlacedTensor): Promise<Bytes> {
  using lent = tensor;
  return device.read(lent.buffer, 0, lent.buffer.bytes);
}

describe("tensors placed on a GPU", () => {
  it.each(["BF16", "F16", "F32", "F8_E4M3", "F8_E5M2"] as const)("are what is stored as %s", async (dtype) => {
    const device = await gpu();
    const source = model("a", 1, dtype).weights;
    const bytes = await bytesOf(device, await source.place("x", 1024, COUNT, device));
    const kept = stored(normals(1, COUNT).slice(1024), dtype);
    const expected = dtype.startsWith("F8") ? new Uint8Array(widen(kept, dtype).buffer) : kept;
    expect(sameBytes(bytes.subarray(0, expected.length), expected)).toBe(true);
    expect(bytes.length - expected.length).toBeLessThan(16);
    expect(bytes.subarray(expected.length).every((byte) => byte === 0)).toBe(true);
  });

  it.each(["linear", "slerp", "ties", "dare_linear"])("%s: are what reading the merge gives", async (method) => {
    const device = await gpu();
    const made = recipe(method);
    const source = new MergedSource(testPlan(made), { models: modelsOf(made), device, blockBytes: 40_000 });
    for (const [start, end] of [
      [0, COUNT],
      [20_480, 60_003],
    ] as const) {
      const expected = await source.read("x", start, end);
      const bytes = await bytesOf(device, await source.place("x", start, end, device));
      expect(sameBytes(bytes.subarray(0, expected.length), expected)).toBe(true);
      expect(bytes.subarray(expected.length).every((byte) => byte === 0)).toBe(true);
    }
  });

  it("come from inputs that stay, for other parameters of the same models", async () => {
    const device = await gpu();
    using residents = new ResidentInputs(device, 2 ** 20);
    const { models } = recipe("slerp");
    for (const t of [0.2, 0.7]) {
      const made = { ...recipe("slerp", t), models };
      const source = new MergedSource(testPlan(made), {
        models: modelsOf(made),
        device,
        residents,
        blockBytes: 40_000,
      });
      const expected = await new MergedSource(testPlan(made), { models: modelsOf(made), device }).read("x", 0, COUNT);
      const bytes = await bytesOf(device, await source.place("x", 0, COUNT, device));
      expect(sameBytes(bytes.subarray(0, expected.length), expected)).toBe(true);
      expect(residents.bytes).toBeGreaterThan(4 * COUNT);
    }
  });

  it("stay while they fit, and hold no memory afterwards", async () => {
    const device = await gpu();
    const before = device.memory.lent;
    const source: TensorSource = model("a", 1).weights;
    const resident = new ResidentSource(source, device, 2 * COUNT + 16);
    const [first, second] = [await resident.place("x", 0, COUNT, device), await resident.place("x", 0, COUNT, device)];
    expect(second.buffer).toBe(first.buffer);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    resident[Symbol.dispose]();
    expect(device.memory.lent).toBe(before);
  });

  it("drift by the same amount on both devices", async () => {
    const merged = normals(2, COUNT).map((value, i) => (i % 1000 === 7 ? Number.NaN : value));
    const [base, other] = [model("a", 1), testModel("b", { x: { shape: [COUNT], values: merged } })];
    const found = await Promise.all(devices.map(({ device }) => tensorDrift(base.weights, other.weights, "x", device)));
    const [onGpu, onCpu] = found;
    expect(onGpu?.nonFinite).toBe(70);
    expect(onCpu?.nonFinite).toBe(70);
    expect(onGpu?.relative).toBeCloseTo(onCpu?.relative ?? 0, 6);
    expect(onGpu?.norm).toBeCloseTo(onCpu?.norm ?? 0, 6);
  });
});
