import { deviceBytesFor } from "../../../compute/blockSize";
import { isFloatDType, type OutputDType } from "../../../formats/dtypes";
import { elementCount } from "../../../formats/tensor";
import type { PlannedTensor, PlanTotals } from "../plan";

/** Sums over a plan. What is on this machine already is not known here: `fetchBytes` is 0, and the engine fills it in. */
export function planTotals(tensors: readonly PlannedTensor[], budgetBytes: number): PlanTotals {
  const inputs = tensors.flatMap((tensor) => tensor.inputs);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    tensors: tensors.length,
    parameters: sum(tensors.map(({ shape }) => elementCount(shape))),
    readBytes: sum(inputs.map(({ bytes }) => bytes)),
    fetchBytes: 0,
    writeBytes: sum(tensors.map(({ bytes }) => bytes)),
    deviceBytes: tensors.reduce((most, tensor) => Math.max(most, deviceBytes(tensor, budgetBytes)), 0),
  };
}

function deviceBytes({ inputs, dtype, shape, action }: PlannedTensor, budgetBytes: number): number {
  if (action === "stack" || action === "make") {
    // One input made on the host, in the output's type or in F32.
    return isOutput(dtype)
      ? deviceBytesFor({ inputs: ["F32"], output: dtype, count: elementCount(shape) }, budgetBytes)
      : 0;
  }
  const dtypes = inputs.map((input) => input.dtype).filter(isFloatDType);
  if (dtypes.length < inputs.length || !isOutput(dtype) || (action === "copy" && inputs[0]?.dtype === dtype)) return 0;
  return deviceBytesFor({ inputs: dtypes, output: dtype, count: elementCount(shape) }, budgetBytes);
}

function isOutput(dtype: PlannedTensor["dtype"]): dtype is OutputDType {
  return dtype === "BF16" || dtype === "F16" || dtype === "F32";
}
