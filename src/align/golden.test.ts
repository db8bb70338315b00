import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import type { WasmDevice } from "../compute/devices/wasm/device";
import { openTestWasm } from "../compute/devices/wasm/wasm.testing";
import { nodeFolder } from "../io/node";
import { describeGolden } from "./golden.testing";

const path = (to: string) => fileURLToPath(new URL(`../../${to}`, import.meta.url));
const folder = async (name: string) => nodeFolder(path(`public/samples/${name}`));
const golden = () => nodeFolder(path("e2e/golden/align")).open("golden.safetensors");

describe("a donor's rows on WebAssembly", () => {
  let device: WasmDevice;
  beforeAll(async () => {
    device = await openTestWasm();
  });
  afterAll(() => device.close());
  describeGolden(() => device, folder, golden, { caps: true });
});

describe("a donor's rows on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  describeGolden(() => device, folder, golden);
});
