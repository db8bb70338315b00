import type { Device } from "./device";
import { openCpuDevice } from "./devices/cpu";
import { openWebGpuDevice } from "./devices/webgpu";

export interface OpenDeviceOptions {
  /** `cpu` never asks for a GPU; `auto` takes one if there is one. */
  readonly prefer: "auto" | "cpu";
  /** The most memory the device may hold; see `defaultBudget`. */
  readonly budgetBytes?: number;
  /** Whether every kernel is timed, for `kernelTimes`. */
  readonly timed?: boolean;
  /** WebGPU's entry point; the browser's own unless given. `null`: there is none. */
  readonly gpu?: GPU | null;
}

/** Opens the device that tensors are computed on. Without WebGPU it is the CPU, and `info.reason` says why. */
export async function openDevice(options: OpenDeviceOptions): Promise<Device> {
  const asked = {
    ...(options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes }),
    ...(options.timed ? { timed: true } : {}),
  };
  if (options.prefer === "cpu") return openCpuDevice({ reason: "The CPU was asked for.", ...asked });
  const gpu = options.gpu === undefined ? globalThis.navigator?.gpu : options.gpu;
  if (!gpu) {
    const reason =
      "There is no WebGPU here: it takes a browser that has it (Chrome or Edge 113 and later), on a secure page.";
    return openCpuDevice({ reason, ...asked });
  }
  try {
    return await openWebGpuDevice({ gpu, ...asked });
  } catch (error) {
    return openCpuDevice({ reason: error instanceof Error ? error.message : String(error), ...asked });
  }
}
