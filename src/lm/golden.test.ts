import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
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
