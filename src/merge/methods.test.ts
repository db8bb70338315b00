import { describe } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { describeMethods } from "./methods.testing";

describe("merge methods on the CPU", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });
  describeMethods(() => device);
});
