import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import type { WasmDevice } from "../compute/devices/wasm/device";
import { openTestWasm } from "../compute/devices/wasm/wasm.testing";
import { nodeFolder } from "../io/node";
import { describeGolden } from "./golden.testing";

const GOLDEN = fileURLToPath(new URL("../../e2e/golden/", import.meta.url));

describe("golden merges on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  describeGolden(
    () => device,
    async (path) => nodeFolder(`${GOLDEN}${path}`),
  );
});

describe("golden merges on WebAssembly", () => {
  let device: WasmDevice;
  beforeAll(async () => {
    device = await openTestWasm();
  });
  afterAll(() => device.close());
  describeGolden(
    () => device,
    async (path) => nodeFolder(`${GOLDEN}${path}`),
  );
});
