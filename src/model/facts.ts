import { largest } from "../base/lists";
import { DTYPE_BYTES, type DType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { Checkpoint } from "./checkpoint";
import { architectureNames, configNumber, DEPTH_KEYS, VOCABULARY_KEYS } from "./config";
import { layoutOf } from "./layoutOf";

/** What a model card shows. */
export interface ModelFacts {
  /** `architectures[0]`, else `model_type`, else empty. */
  readonly architecture: string;
  /** Elements of all tensors. */
  readonly parameters: number;
  readonly bytes: number;
  /** Bytes by dtype, largest first. */
  readonly dtypes: readonly { readonly dtype: DType; readonly bytes: number }[];
  readonly layers: number;
  readonly vocabulary: number;
}

export function modelFacts(checkpoint: Checkpoint): ModelFacts {
  const { config, tensors } = checkpoint;
  const bytesByDType = new Map<DType, number>();
  let parameters = 0;
  for (const { dtype, shape } of tensors.values()) {
    const elements = elementCount(shape);
    parameters += elements;
    bytesByDType.set(dtype, (bytesByDType.get(dtype) ?? 0) + elements * DTYPE_BYTES[dtype]);
  }
  const dtypes = [...bytesByDType].map(([dtype, bytes]) => ({ dtype, bytes })).sort((a, b) => b.bytes - a.bytes);
  const [architecture] = architectureNames(config);
  const modules = layoutOf([checkpoint], architecture).modules;
  const depth = largest(
    modules.map(({ depths }) => depths.get(checkpoint.key) ?? 0),
    0,
  );
  const firstNumber = (keys: readonly string[]) =>
    keys.map((key) => configNumber(config, key)).find((value) => value !== undefined);
  return {
    architecture: architecture ?? (typeof config.model_type === "string" ? config.model_type : ""),
    parameters,
    bytes: dtypes.reduce((sum, { bytes }) => sum + bytes, 0),
    dtypes,
    layers: depth > 0 ? depth : (firstNumber(DEPTH_KEYS) ?? 0),
    vocabulary: firstNumber(VOCABULARY_KEYS) ?? embeddingRows(checkpoint, architecture),
  };
}

function embeddingRows(checkpoint: Checkpoint, architecture: string | undefined): number {
  for (const { pre } of layoutOf([checkpoint], architecture).modules) {
    const embedding = pre.find((weight) => weight.embedding);
    const rows = embedding && checkpoint.tensors.get(embedding.name)?.shape[0];
    if (rows !== undefined) return rows;
  }
  return 0;
}
