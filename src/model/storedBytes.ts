import { DTYPE_BYTES } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { ModelTensor } from "./model";

/** Bytes that the files have of a tensor, or of so many of its elements; with them come all of its scales. */
export function storedBytes({ dtype, shape, scaled }: ModelTensor, elements = elementCount(shape)): number {
  if (!scaled) return elements * DTYPE_BYTES[dtype];
  return elements * DTYPE_BYTES[scaled.dtype] + (scaled.scales.end - scaled.scales.start);
}
