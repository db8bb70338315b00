import type { Device, DeviceInfo } from "./device";
import { openCpuDevice } from "./devices/cpu";
import type { WasmOptions } from "./devices/wasm/device";
import type { StartThread } from "./devices/wasm/threads";
import { openWebGpuDevice } from "./devices/webgpu";
import type { DevicePreference } from "./preference";

export interface OpenDeviceOptions {
  readonly prefer: DevicePreference;
  /** The most memory the device may hold; see `defaultBudget`. */
  readonly budgetBytes?: number;
  /** Whether every kernel is timed, for `kernelTimes`. */
  readonly timed?: boolean;
  /** WebGPU's entry point; the browser's own unless given. `null`: there is none. */
  readonly gpu?: GPU | null;
  /** Threads of WebAssembly, the asking one among them, and how to start the others. Absent: only the one that asks. */
  readonly threads?: { readonly count: number; readonly start: StartThread };
}

/** Opens the device that tensors are computed on. Where it is not WebGPU, `info.reason` says why. */
export async function openDevice(options: OpenDeviceOptions): Promise<Device> {
  const { prefer } = options;
  const asked = {
    ...(options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes }),
    ...(options.timed ? { timed: true } : {}),
  };
  if (prefer === "cpu") return openCpuDevice({ reason: "The CPU was asked for.", why: "asked", ...asked });
  const threads = (why: NonNullable<DeviceInfo["why"]>, reason: string) =>
    openThreads({ ...options.threads, ...asked, why, reason });
  if (prefer === "wasm") return threads("asked", "WebAssembly was asked for.");
  const gpu = options.gpu === undefined ? globalThis.navigator?.gpu : options.gpu;
  if (!gpu) {
    return threads("no-webgpu", "There is no WebGPU here.");
  }
  try {
    return await openWebGpuDevice({ gpu, ...asked });
  } catch (error) {
    return threads("no-adapter", error instanceof Error ? error.message : String(error));
  }
}

/** The threads of WebAssembly; plain TypeScript where the engine cannot run them. */
async function openThreads(options: WasmOptions): Promise<Device> {
  try {
    const { openWasmDevice } = await import("./devices/wasm/device"); // not for those who have a GPU
    return await openWasmDevice(options);
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error);
    return openCpuDevice({ ...options, reason: `${options.reason} ${missing}` });
  }
}
