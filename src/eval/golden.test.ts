import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import type { WasmDevice } from "../compute/devices/wasm/device";
import { openTestWasm } from "../compute/devices/wasm/wasm.testing";
import { nodeFolder } from "../io/node";
import { describeGolden, everyText } from "./golden.testing";

const SAMPLES = fileURLToPath(new URL("../../public/samples/", import.meta.url));
const folder = async (name: string) => nodeFolder(`${SAMPLES}${name}`);

describe("golden measures on WebAssembly", () => {
  let device: WasmDevice;
  beforeAll(async () => {
    device = await openTestWasm();
  });
  afterAll(() => device.close());
  describeGolden(() => device, folder, {
    texts: everyText,
    tasks: [
      ["llama-ja", "ja"],
      ["llama-math", "math"],
      ["gemma-donor", "math_ja"],
    ],
  });
});

describe("golden measures on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  // One merge on the way, on one set: the kernels of WebAssembly are held against these beside them.
  describeGolden(() => device, folder, {
    texts: (name) => (name.startsWith("task_arithmetic ja=1.0") ? ["ja"] : []),
    tasks: [["llama-ja", "ja"]],
  });
});
