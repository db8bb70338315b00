import { describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { widenedSuite } from "./widened.testing";

describe("models stored as fp8 with scales, on the CPU device", () => {
  widenedSuite(async () => openCpuDevice({ reason: "A test asks for it." }));
});
