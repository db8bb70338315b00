import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import type { WasmDevice } from "../../compute/devices/wasm/device";
import { openTestWasm } from "../../compute/devices/wasm/wasm.testing";
import { nodeFolder } from "../../io/node";
import { describeMixtures } from "./golden.testing";

const GOLDEN = fileURLToPath(new URL("../../../e2e/golden/", import.meta.url));

describe("golden mixtures on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  describeMixtures(
    () => device,
    async (path) => nodeFolder(`${GOLDEN}${path}`),
  );
});

describe("golden mixtures on WebAssembly", () => {
  let device: WasmDevice;
  beforeAll(async () => {
    device = await openTestWasm();
  });
  afterAll(() => device.close());
  describeMixtures(
    () => device,
    async (path) => nodeFolder(`${GOLDEN}${path}`),
  );
});
