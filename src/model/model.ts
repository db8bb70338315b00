import type { ErrorFacts } from "../base/errors";
import type { DType } from "../formats/dtypes";
import type { TensorFacts } from "../formats/tensor";
import type { Folder } from "../io/types";
import type { Adapter } from "./adapters/adapter";
import type { ScaledCodes } from "./quantisation/scaledCodes";
import type { TensorSource } from "./sources/tensorSource";

export type JsonObject = { readonly [key: string]: unknown };

/** What tells how a model is laid out, whether it is a folder or was only planned. */
export interface ModelHeaders {
  /** Key by which recipes name it. */
  readonly key: string;
  /** `config.json`, parsed. */
  readonly config: JsonObject;
  readonly tensors: ReadonlyMap<string, TensorFacts>;
}

/** What headers say about a tensor of a model. */
export interface ModelTensor extends TensorFacts {
  /** Files have it as codes that scales stretch; `dtype` is what those are widened to. */
  readonly scaled?: ScaledCodes;
  /** What files have it as, where that is not `dtype`. */
  readonly inFiles?: DType;
  /** Bytes of files that come with any stretch of it: the factors of an adapter. */
  readonly beside?: number;
}

/** What whoever merges a model should know of how it was read: a note, never an error. */
export interface Remark {
  /** `model/…`: stable, for tests and translation. */
  readonly code: string;
  readonly message: string;
  readonly facts: ErrorFacts;
}

/** A tensor that an adapter changes and a model does not have, or has in another size. */
export interface Misfit {
  readonly tensor: string;
  /** Shapes: what the adapter is made for, and what the model has; absent where it has no such tensor. */
  readonly found: string;
  readonly expected?: string;
}

/** A model with an adapter applied, or why it cannot be. */
export type Adapted =
  | { readonly model: Model; readonly misfits?: never }
  | { readonly model?: never; readonly misfits: readonly Misfit[] };

/** An adapter, with what applies it: it comes with the adapter, so that nobody has it who has none. */
export interface OpenAdapter extends Adapter {
  /** @param adapter the model that this belongs to */
  apply(base: Model, adapter: Model): Adapted;
}

/**
 * A model as everybody sees it: what its headers say, its tensors on demand, and the files around them. Where the tensors come
 * from (files, an adapter over a base, another merge) is known to its source alone.
 */
export interface Model extends ModelHeaders {
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  /** `config.json` as it is written, so that what is copied keeps its spelling (1e-06, 10000.0). */
  readonly configText: string;
  /** The tensors themselves; also what tells the model from one that was opened under the same key before. */
  readonly weights: TensorSource;
  /** Side files: tokenizer, templates, generation config. */
  readonly folder: Folder;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Commit on the Hub, if it came from there. */
  readonly revision?: string;
  /** It is no model of its own, but a change to one: its config is adapter_config.json, its tensors are factors. */
  readonly adapter?: OpenAdapter;
  /** What was found and put right when it was opened. */
  readonly remarks?: readonly Remark[];
}
