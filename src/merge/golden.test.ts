import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { nodeFolder } from "../io/node";
import { describeGolden } from "./golden.testing";

const GOLDEN = fileURLToPath(new URL("../../e2e/golden/merge/", import.meta.url));

describe("golden merges on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  describeGolden(
    () => device,
    async (path) => nodeFolder(`${GOLDEN}${path}`),
  );
});
