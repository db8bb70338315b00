import type { DeviceInfo } from "../device";

const MIB = 1024 * 1024;

/**
 * What the pool may hold unless the user says otherwise: a quarter of what the adapter offers, at most 2 GiB. No browser tells how
 * much memory a GPU has; its largest buffer grows with it and stands for it here. Adapters that only grant WebGPU's default
 * (256 MiB) have more than that, so the budget is never under 256 MiB.
 */
export function defaultBudget(maxBufferBytes: number): number {
  return Math.min(2048 * MIB, Math.max(256 * MIB, Math.floor(maxBufferBytes / 4)));
}

/** What a person is told about an adapter and the device made of it. */
export function adapterInfo(
  adapter: GPUAdapter,
  device: GPUDevice,
  options: { readonly budgetBytes?: number },
): DeviceInfo {
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = [vendor, architecture, description].filter((part) => part !== "").join(" ") || "unnamed adapter";
  return {
    kind: "webgpu",
    name,
    software: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(name),
    maxBindingBytes: device.limits.maxStorageBufferBindingSize,
    maxBufferBytes: device.limits.maxBufferSize,
    budgetBytes: options.budgetBytes ?? defaultBudget(adapter.limits.maxBufferSize),
  };
}
