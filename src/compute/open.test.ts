import { afterEach, describe, expect, it } from "vitest";
import type { Device } from "./device";
import { startNodeThread } from "./devices/wasm/nodeThread";
import { type OpenDeviceOptions, openDevice } from "./open";

/** What an adapter tells, and nothing else of it. */
const offering = (info: Partial<GPUAdapterInfo> | null): GPU =>
  ({
    requestAdapter: async () =>
      info && {
        info: { vendor: "", architecture: "", description: "", isFallbackAdapter: false, ...info },
        limits: {},
        features: new Set(),
        requestDevice: async () => {
          throw new Error("it was asked for a device");
        },
      },
  }) as unknown as GPU;

let device: Device | undefined;
afterEach(() => device?.close());
const open = async (options: OpenDeviceOptions) => {
  device = await openDevice(options);
  return device.info;
};

describe("the device that is opened", () => {
  it.each<[string, Partial<GPUAdapterInfo>]>([
    ["SwiftShader", { vendor: "google", architecture: "swiftshader" }],
    ["llvmpipe", { vendor: "mesa", description: "llvmpipe (LLVM 15.0.6, 256 bits)" }],
    ["WARP", { vendor: "microsoft", description: "Microsoft Basic Render Driver" }],
    ["any fallback", { vendor: "somebody", isFallbackAdapter: true }],
  ])("is the threads of WebAssembly where the adapter is software: %s", async (_, info) => {
    const name = Object.values(info)
      .filter((part) => typeof part === "string")
      .join(" ");
    expect(await open({ prefer: "auto", gpu: offering(info) })).toMatchObject({
      kind: "wasm",
      why: "software-adapter",
      reason: `The only adapter is software: ${name}.`,
    });
  });

  it("is WebGPU on a software adapter, if that was asked for", async () => {
    const gpu = offering({ vendor: "google", architecture: "swiftshader" });
    expect((await open({ prefer: "webgpu", gpu })).reason).toContain("it was asked for a device");
  });

  it("is WebGPU on an adapter that is a GPU", async () => {
    const gpu = offering({ vendor: "apple", architecture: "metal-3" });
    expect((await open({ prefer: "auto", gpu })).reason).toContain("it was asked for a device");
  });

  it.each([
    ["no-webgpu", null],
    ["no-adapter", offering(null)],
  ] as const)("is the threads of WebAssembly: %s", async (why, gpu) => {
    expect(await open({ prefer: "auto", gpu })).toMatchObject({ kind: "wasm", why });
  });

  it.each(["wasm", "cpu"] as const)("is what was asked for: %s", async (prefer) => {
    expect(await open({ prefer })).toMatchObject({ kind: prefer, why: "asked" });
  });

  it("starts no thread and loads no kernel before somebody needs memory", async () => {
    let started = 0;
    const threads = {
      count: 3,
      start: (...given: Parameters<typeof startNodeThread>) => {
        started++;
        return startNodeThread(...given);
      },
    };
    expect(await open({ prefer: "wasm", threads })).toMatchObject({ name: "WebAssembly, 3 threads" });
    expect(started).toBe(0);
    (await device?.lease(16, "test"))?.[Symbol.dispose]();
    expect(started).toBe(2);
  });
});
