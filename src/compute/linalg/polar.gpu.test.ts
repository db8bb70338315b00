import { afterAll, beforeAll, describe } from "vitest";
import type { Device } from "../device";
import { openWebGpuDevice } from "../devices/webgpu";
import { polarCases } from "./polar.cases.testing";

describe("webgpu", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openWebGpuDevice({ gpu: navigator.gpu });
  });
  afterAll(() => device.close());
  polarCases(() => device);
});
