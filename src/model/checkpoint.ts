import type { StoredTensor } from "../formats/tensor";
import type { ByteSource } from "../io/types";
import type { Model, ModelTensor } from "./model";

/** A tensor of a model folder, with its place in the files. Codes with scales: `start` and `end` are where the codes lie. */
export interface CheckpointTensor extends StoredTensor, ModelTensor {}

/** A model folder whose headers were read: config, file list, tensors. Weights are read when they are asked for. */
export interface Checkpoint extends Model {
  /** In file order. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** The opened weight file of a tensor, remembered. */
  source(file: string): Promise<ByteSource>;
}
