import { DTYPE_BYTES } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { ModelTensor } from "./model";

/** Bytes that the files have of a tensor, or of so many of its elements; with them come all of its scales, and the factors of an adapter. */
export function storedBytes(tensor: ModelTensor, elements = elementCount(tensor.shape)): number {
  const { dtype, scaled, inFiles = dtype, beside = 0 } = tensor;
  if (!scaled) return elements * DTYPE_BYTES[inFiles] + beside;
  return elements * DTYPE_BYTES[scaled.dtype] + (scaled.scales.end - scaled.scales.start) + beside;
}
