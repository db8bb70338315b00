import type { Device } from "../compute/device";
import { describeBytes } from "./proofs/bytes.testing";
import { describeDirections } from "./proofs/directions.testing";
import { describeValues } from "./proofs/values.testing";

/** Every method computes what it says, on the device that `open` gives. */
export function describeMethods(open: () => Device): void {
  describeValues(open);
  describeDirections(open);
  describeBytes(open);
}
