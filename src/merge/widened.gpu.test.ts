import { afterAll, describe } from "vitest";
import { openWebGpuDevice } from "../compute/devices/webgpu";
import { widenedSuite } from "./widened.testing";

describe("models stored as fp8 with scales, on WebGPU", async () => {
  const device = await openWebGpuDevice({ gpu: navigator.gpu });
  afterAll(() => device.close());
  widenedSuite(async () => device);
});
