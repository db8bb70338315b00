import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { nodeFolder } from "../io/node";
import { describeGolden, everyText } from "./golden.testing";

const SAMPLES = fileURLToPath(new URL("../../public/samples/", import.meta.url));

describe("golden measures on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  describeGolden(
    () => device,
    async (name) => nodeFolder(`${SAMPLES}${name}`),
    {
      texts: everyText,
      tasks: [
        ["llama-ja", "ja"],
        ["llama-math", "math"],
        ["gemma-donor", "math_ja"],
      ],
    },
  );
});
