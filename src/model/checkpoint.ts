import type { ErrorFacts } from "../base/errors";
import type { StoredTensor, TensorFacts } from "../formats/tensor";
import type { ByteSource, Folder } from "../io/types";
import type { ScaledCodes } from "./quantisation/scaledCodes";

export type JsonObject = { readonly [key: string]: unknown };

/** What tells how a model is laid out, whether it is a folder or was only planned. */
export interface ModelHeaders {
  /** Key by which recipes name it. */
  readonly key: string;
  /** `config.json`, parsed. */
  readonly config: JsonObject;
  readonly tensors: ReadonlyMap<string, TensorFacts>;
}

/**
 * A tensor of a model folder as everybody sees it. What it is made of in the files is known to `elements.ts` alone.
 */
export interface ModelTensor extends StoredTensor {
  /** Its bytes are codes that scales stretch: `dtype` is what they are widened to, `start` and `end` are where the codes lie. */
  readonly scaled?: ScaledCodes;
}

/** What whoever merges a model should know of how it was read: a note, never an error. */
export interface Remark {
  /** `model/…`: stable, for tests and translation. */
  readonly code: string;
  readonly message: string;
  readonly facts: ErrorFacts;
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
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  /** What was found and put right when it was opened. */
  readonly remarks?: readonly Remark[];
  /** The opened weight file of a tensor, remembered. */
  source(file: string): Promise<ByteSource>;
}
