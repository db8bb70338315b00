import type { StoredTensor, TensorFacts } from "../formats/tensor";
import type { ByteSource, Folder } from "../io/types";

export type JsonObject = { readonly [key: string]: unknown };

/** What tells how a model is laid out, whether it is a folder or was only planned. */
export interface ModelHeaders {
  /** Key by which recipes name it. */
  readonly key: string;
  /** `config.json`, parsed. */
  readonly config: JsonObject;
  readonly tensors: ReadonlyMap<string, TensorFacts>;
}

/** A model folder whose headers were read: config, file list, tensors. No weights. */
export interface Checkpoint extends ModelHeaders {
  readonly folder: Folder;
  /** Commit on the Hub, if it came from there. */
  readonly revision?: string;
  /** `config.json` as it is written, so that what is copied keeps its spelling (1e-06, 10000.0). */
  readonly configText: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** In file order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The opened weight file of a tensor, remembered. */
  source(file: string): Promise<ByteSource>;
}
