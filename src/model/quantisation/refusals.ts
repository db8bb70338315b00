import type { AwaseError } from "../../base/errors";
import type { TensorFacts } from "../../formats/tensor";
import { modelFailure } from "../failures";

/** Codes that nothing here can turn back into weights. */
export function quantised(
  model: string,
  format: string,
  { name, dtype }: Pick<TensorFacts, "name" | "dtype">,
  way: string | undefined,
): AwaseError {
  return modelFailure("model/quantised", { model, format, tensor: name, dtype, way });
}

export function fp8WithoutScales(model: string, { name, dtype }: Pick<TensorFacts, "name" | "dtype">): AwaseError {
  return modelFailure("model/fp8-without-scales", { model, tensor: name, dtype });
}

export function scaleShapeFault(model: string, codes: TensorFacts, scales: TensorFacts): AwaseError {
  const shown = (shape: readonly number[]) => `[${shape.join(", ")}]`;
  const facts = {
    model,
    tensor: codes.name,
    shape: shown(codes.shape),
    scales: scales.name,
    found: shown(scales.shape),
    dtype: scales.dtype,
  };
  return modelFailure("model/fp8-scales", facts);
}
