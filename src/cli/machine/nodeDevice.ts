import { availableParallelism } from "node:os";
import type { Device } from "../../compute/device";
import { startNodeThread } from "../../compute/devices/wasm/nodeThread";
import { openDevice } from "../../compute/open";
import type { DevicePreference } from "../../compute/preference";
import { cliFailure } from "../failures";

/**
 * The device the command line asked for. WebGPU comes from the `webgpu` package (Dawn), which is loaded only when wanted:
 * it is native code that some systems cannot load.
 * @param timed whether every kernel is timed
 * @throws {AwaseError} `gpu/none` when WebGPU was asked for and there is none
 */
export async function openNodeDevice(choice: DevicePreference, timed: boolean): Promise<Device> {
  const threads = { count: availableParallelism(), start: startNodeThread };
  if (choice === "cpu" || choice === "wasm") return openDevice({ prefer: choice, threads, timed });
  const { gpu, reason } = await loadWebGpu();
  const device = await openDevice({ prefer: choice, gpu, threads, timed });
  if (device.info.kind === "webgpu" || choice === "auto") return device;
  const why = reason ?? device.info.reason ?? "no adapter was found";
  throw cliFailure("gpu/none", { reason: why });
}

/** Dawn ends the process when its GPU object is collected while a device lives, so the object stays reachable for good. */
let dawn: GPU | undefined;

async function loadWebGpu(): Promise<{ readonly gpu: GPU | null; readonly reason?: string }> {
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals); // GPUBufferUsage and its like
    dawn ??= create([]);
    return { gpu: dawn };
  } catch (error) {
    return { gpu: null, reason: error instanceof Error ? error.message : String(error) };
  }
}
