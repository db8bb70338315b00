import type { DeviceInfo } from "../device";
import { gpuFailure } from "./failures";

const MIB = 1024 * 1024;

/**
 * What the pool may hold unless the user says otherwise: a quarter of what the adapter offers, at most 2 GiB. No browser tells how
 * much memory a GPU has; its largest buffer grows with it and stands for it here. Adapters that only grant WebGPU's default
 * (256 MiB) have more than that, so the budget is never under 256 MiB.
 */
export function defaultBudget(maxBufferBytes: number): number {
  return Math.min(2048 * MIB, Math.max(256 * MIB, Math.floor(maxBufferBytes / 4)));
}

/** @throws {AwaseError} `gpu/unavailable` where there is none */
export async function requestAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw gpuFailure("gpu/unavailable", { reason: undefined });
  return adapter;
}

/** Vendor, architecture and description as an adapter tells them, and whether it is a software one (SwiftShader, llvmpipe, WARP). */
export function adapterName({ info }: GPUAdapter): { readonly name: string; readonly software: boolean } {
  const { vendor, architecture, description, isFallbackAdapter } = info;
  const name = [vendor, architecture, description].filter((part) => part !== "").join(" ") || "unnamed adapter";
  return { name, software: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(name) };
}

/** What a person is told about an adapter and the device made of it. */
export function adapterInfo(
  adapter: GPUAdapter,
  device: GPUDevice,
  options: { readonly budgetBytes?: number },
): DeviceInfo {
  return {
    kind: "webgpu",
    ...adapterName(adapter),
    maxBindingBytes: device.limits.maxStorageBufferBindingSize,
    maxBufferBytes: device.limits.maxBufferSize,
    budgetBytes: options.budgetBytes ?? defaultBudget(adapter.limits.maxBufferSize),
  };
}
