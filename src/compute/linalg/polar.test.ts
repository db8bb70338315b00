import { afterAll, beforeAll, describe } from "vitest";
import type { Device } from "../device";
import { openCpuDevice } from "../devices/cpu";
import { openWasmDevice } from "../devices/wasm/device";
import { polarCases } from "./polar.cases.testing";

describe("cpu", () => polarCases(() => openCpuDevice({ reason: "A test asks for it." })));

describe("cpu, in stripes of a few rows", () =>
  polarCases(() => openCpuDevice({ reason: "A test asks for little memory.", budgetBytes: 2 ** 18 })));

describe("wasm", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openWasmDevice({ reason: "A test asks for it." });
  });
  afterAll(() => device.close());
  polarCases(() => device);
});
