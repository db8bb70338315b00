import { describe, expect, it } from "vitest";
import type { FloatDType } from "../formats/dtypes";
import { blockLayout, deviceBytesFor, MAX_BLOCK_BYTES } from "./blockSize";
import { LEAF } from "./blocks";

const GIB = 2 ** 30;
const gpu = {
  kind: "webgpu",
  budgetBytes: GIB,
  maxBindingBytes: 2 ** 27,
  maxBufferBytes: 2 ** 28,
} as const;
const three: readonly FloatDType[] = ["BF16", "BF16", "BF16"];

describe("blockLayout", () => {
  it("cuts between leaves, inputs and output together within a block", () => {
    for (const inputs of [three, ["F32"], ["F8_E4M3", "F32"], new Array<FloatDType>(40).fill("F32")] as const) {
      const { elements } = blockLayout({ inputs, output: "F32", count: 1e9 }, gpu);
      const bytes = inputs.reduce((sum, dtype) => sum + (dtype === "F32" ? 4 : dtype === "BF16" ? 2 : 1), 4) * elements;
      expect(elements % LEAF).toBe(0);
      expect(bytes).toBeLessThanOrEqual(MAX_BLOCK_BYTES);
      expect(bytes).toBeGreaterThan(MAX_BLOCK_BYTES / 4);
    }
  });

  it("makes no block larger than the tensor", () => {
    expect(blockLayout({ inputs: three, output: "BF16", count: 5 }, gpu).elements).toBe(LEAF);
    expect(blockLayout({ inputs: three, output: "BF16", count: 3000 }, gpu).elements).toBe(3 * LEAF);
  });

  it("obeys a block size that is asked for, down to one leaf and up to the cap", () => {
    const demand = { inputs: three, output: "BF16", count: 1e9 } as const;
    expect(blockLayout(demand, gpu, 4096).elements).toBe(2 * LEAF);
    expect(blockLayout(demand, gpu, 1).elements).toBe(LEAF);
    expect(blockLayout(demand, gpu, GIB).elements * 8).toBe(MAX_BLOCK_BYTES);
  });

  it("keeps a tensor on the device only where the budget leaves room for it", () => {
    const demand = { inputs: three, output: "BF16", count: 32_000_000 } as const;
    expect(blockLayout(demand, gpu).resident).toBe(true);
    const tight = blockLayout(demand, { ...gpu, budgetBytes: GIB / 4 });
    expect(tight.resident).toBe(false);
    expect(tight.deviceBytes).toBeLessThanOrEqual(GIB / 4);
  });

  it("works on smaller blocks on the CPU device, so that a cancel is heard", () => {
    const demand = { inputs: three, output: "BF16", count: 1e9 } as const;
    const [onGpu, onCpu] = [gpu, { ...gpu, kind: "cpu" } as const].map(
      (device) => blockLayout(demand, device).elements,
    );
    expect(onCpu).toBeLessThan(onGpu ?? 0);
  });
});

describe("deviceBytesFor", () => {
  it("stays under the budget, whatever the size of the tensor", () => {
    for (const count of [1, 1e4, 1e7, 1e10]) {
      for (const budget of [2 ** 24, 2 ** 28, 2 ** 31]) {
        expect(deviceBytesFor({ inputs: three, output: "BF16", count }, budget)).toBeLessThanOrEqual(budget);
      }
    }
  });
});
