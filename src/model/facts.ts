import { largest } from "../base/lists";
import type { DType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import { architectureNames, configNumber, DEPTH_KEYS } from "./config";
import { layoutOf } from "./layout/layoutOf";
import type { Model, ModelTensor } from "./model";
import { storedBytes } from "./storedBytes";

/** A dtype as files have it, and how many bytes of it there are. */
export interface StoredDType {
  readonly dtype: DType;
  /** Codes that stand for weights together with scales, which are counted with them. */
  readonly scaled?: true;
  readonly bytes: number;
}

/** What a model card shows. */
export interface ModelFacts {
  /** `architectures[0]`, else `model_type`, else empty. */
  readonly architecture: string;
  /** Elements of all tensors. */
  readonly parameters: number;
  /** In its files. */
  readonly bytes: number;
  /** Bytes by stored dtype, largest first. */
  readonly dtypes: readonly StoredDType[];
  readonly layers: number;
}

export function modelFacts(checkpoint: Model): ModelFacts {
  const { config, tensors } = checkpoint;
  const stored = new Map<string, StoredDType>();
  let parameters = 0;
  for (const tensor of tensors.values()) {
    parameters += elementCount(tensor.shape);
    const kind = storedAs(tensor);
    const key = `${kind.dtype} ${kind.scaled}`;
    stored.set(key, { ...kind, bytes: (stored.get(key)?.bytes ?? 0) + storedBytes(tensor) });
  }
  const dtypes = [...stored.values()].sort((a, b) => b.bytes - a.bytes);
  const [architecture] = architectureNames(config);
  const modules = layoutOf([checkpoint], architecture).modules.filter(({ owners }) => !owners);
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
  };
}

/** How a tensor's files have it. */
export function storedAs({ dtype, scaled }: Pick<ModelTensor, "dtype" | "scaled">): Omit<StoredDType, "bytes"> {
  return scaled ? { dtype: scaled.dtype, scaled: true } : { dtype };
}
