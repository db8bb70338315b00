import type { Checkpoint } from "../checkpoint";
import { CheckpointSource } from "./checkpoint";
import { DequantisedSource } from "./dequantised";
import type { TensorSource } from "./tensorSource";

/** The tensors of a model folder, as its files have them or widened with their scales. */
export function weightsOf(stored: Pick<Checkpoint, "key" | "tensors" | "source">): TensorSource {
  const scaled = [...stored.tensors.values()].some((tensor) => tensor.scaled);
  return scaled ? new DequantisedSource(stored) : new CheckpointSource(stored);
}
