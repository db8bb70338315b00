import { afterAll, beforeAll, describe } from "vitest";
import { openWebGpuDevice, type WebGpuDevice } from "../compute/devices/webgpu";
import { describeMethods } from "./methods.testing";

let device: WebGpuDevice;
beforeAll(async () => {
  device = await openWebGpuDevice({ gpu: navigator.gpu });
});
afterAll(() => device.close());

describe("merge methods on WebGPU", () => {
  describeMethods(() => device);
});
