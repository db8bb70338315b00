import type { Device, DeviceInfo } from "./device";
import { adapterName, requestAdapter } from "./devices/adapterInfo";
import { openCpuDevice } from "./devices/cpu";
import type { WasmOptions } from "./devices/wasm/device";
import type { StartThread } from "./devices/wasm/threads";
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

/**
 * Opens the device that tensors are computed on. Where it is not WebGPU, `info.reason` says why: nobody is given a software adapter who
 * did not ask for WebGPU, as long as the threads of WebAssembly run.
 */
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
    const adapter = await requestAdapter(gpu);
    const { name, software } = adapterName(adapter);
    if (software && prefer === "auto") {
      const device = await threads("software-adapter", `The only adapter is software: ${name}.`);
      if (device.info.kind === "wasm") return device;
    }
    const { openOnAdapter } = await import("./devices/webgpu");
    return await openOnAdapter(adapter, asked);
  } catch (error) {
    return threads("no-adapter", error instanceof Error ? error.message : String(error));
  }
}

/** The threads of WebAssembly; plain TypeScript where the engine cannot run them. */
async function openThreads(options: WasmOptions): Promise<Device> {
  try {
    const { openWasmDevice } = await import("./devices/wasm/device"); // as WebGPU's: only what somebody needs
    return await openWasmDevice(options);
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error);
    return openCpuDevice({ ...options, reason: `${options.reason} ${missing}` });
  }
}
