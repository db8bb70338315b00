import type { Floats } from "../../base/bytes";
import type { Activations, Position } from "../types";
import { PackedActivations } from "./activations";

/** Rows of the residual stream between two layers, before any norm: f32 [positions, hidden] on the host. */
export async function residualRows(activations: Activations, positions: readonly Position[]): Promise<Floats> {
  if (!(activations instanceof PackedActivations)) throw new TypeError("These activations were not made here.");
  if (positions.length === 0) return new Float32Array(0);
  using rows = await activations.gather(positions);
  const bytes = await activations.device.read(rows, 0, positions.length * activations.width * 4);
  return new Float32Array(bytes.buffer);
}
