import type { Device } from "../../compute/device";
import { openDevice } from "../../compute/open";
import { cliFailure } from "../failures";

export type DeviceChoice = "webgpu" | "cpu" | "auto";

/**
 * The device the command line asked for. WebGPU comes from the `webgpu` package (Dawn), which is loaded only when wanted:
 * it is native code that some systems cannot load.
 * @param timed whether every kernel is timed
 * @throws {AwaseError} `gpu/none` when WebGPU was asked for and there is none
 */
export async function openNodeDevice(choice: DeviceChoice, timed: boolean): Promise<Device> {
  if (choice === "cpu") return openDevice({ prefer: "cpu", timed });
  const { gpu, reason } = await loadWebGpu();
  const device = await openDevice({ prefer: "auto", gpu, timed });
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
