/**
 * What computes. `auto` is a GPU if there is one, else, or where the adapter is only software, the threads of WebAssembly. `webgpu` takes
 * any adapter; `cpu` is plain TypeScript.
 */
export const DEVICE_PREFERENCES = ["auto", "webgpu", "wasm", "cpu"] as const;
export type DevicePreference = (typeof DEVICE_PREFERENCES)[number];
