import { AwaseError } from "../../base/errors";
import type { TensorFacts } from "../../formats/tensor";

/** Codes that nothing here can turn back into weights. */
export function quantised(
  model: string,
  format: string,
  { name, dtype }: Pick<TensorFacts, "name" | "dtype">,
  way: string | undefined,
): AwaseError {
  const other = way === undefined ? "" : `, or dequantise it first (${way})`;
  return new AwaseError(
    "model/quantised",
    `${model} is quantised: ${format}. Its ${name} (${dtype}) belongs to codes, and codes that are blended or measured as if they were weights give noise. ` +
      `Use the full-precision model it was made from (its card usually names it)${other}.`,
    { facts: { model, format, tensor: name, dtype, ...(way === undefined ? {} : { way }) } },
  );
}

export function fp8WithoutScales(model: string, { name, dtype }: Pick<TensorFacts, "name" | "dtype">): AwaseError {
  return new AwaseError(
    "model/fp8-without-scales",
    `${model} is quantised to fp8, and ${name} (${dtype}) has no scales beside it (such as ${name}_scale): codes alone are not weights. ` +
      "Add the missing files, or use the full-precision model it was made from.",
    { facts: { model, tensor: name, dtype } },
  );
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
  return new AwaseError(
    "model/fp8-scales",
    `${model} has fp8 codes in ${facts.tensor} ${facts.shape} and their scales in ${facts.scales} ${facts.found} (${facts.dtype}), ` +
      "but which scale belongs to which code cannot be told: one for all, one for each row or one for each block was expected, in BF16, F16 or F32. " +
      "Give `weight_block_size` in its config.json if it has blocks, or use the full-precision model it was made from.",
    { facts },
  );
}
