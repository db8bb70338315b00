import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import type { Device } from "../compute/device";
import { openCpuDevice } from "../compute/devices/cpu";
import { openTestWasm } from "../compute/devices/wasm/wasm.testing";
import { nodeFolder } from "../io/node";
import { describeGolden } from "./golden.testing";
import { poisoned } from "./model.testing";

const GOLDEN = fileURLToPath(new URL("../../e2e/golden/forward/", import.meta.url));

describe("models that transformers ran, on the CPU", () => {
  const device = poisoned(openCpuDevice({ reason: "A test asks for it." }));
  describeGolden(
    () => device,
    async (name) => nodeFolder(`${GOLDEN}${name}`),
  );
});

describe("models that transformers ran, on WebAssembly", () => {
  let device: Device;
  beforeAll(async () => {
    device = poisoned(await openTestWasm());
  });
  afterAll(() => device.close());
  describeGolden(
    () => device,
    async (name) => nodeFolder(`${GOLDEN}${name}`),
  );
});
