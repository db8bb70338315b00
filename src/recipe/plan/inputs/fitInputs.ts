import { smallest } from "../../../base/lists";
import { elementCount } from "../../../formats/tensor";
import { isInLayers, type Weight } from "../../../model/layout/layout";
import type { ModelTensor } from "../../../model/model";
import { storedBytes } from "../../../model/storedBytes";
import { sizesSaid } from "../checks/sizesSaid";
import type { PlannedSource } from "../expand";
import type { PlanContext } from "../planContext";
import type { MadeRows } from "../vocabulary/tokenizerPlan";

/** An input that has the tensor. */
export interface PresentInput extends Partial<MadeRows> {
  readonly source: PlannedSource;
  readonly isBase: boolean;
  /** As its model has it. */
  readonly stored: ModelTensor;
  /** Primary name, with the source's layer number: what filters of per-model parameters see. */
  readonly name: string;
}

/** Inputs whose shapes agree after cropping, and the shape they agree on. */
export interface Fitted {
  readonly inputs: readonly PresentInput[];
  readonly shape: readonly number[];
}

/**
 * Makes shapes agree as the method's facts say: matrices with a vocabulary axis lose rows, and nothing else is ever cut.
 * Outside layers a weight that not every model needs may be left out; any other unlike shape is an error, after which there
 * is `undefined`.
 */
export function fitInputs(
  context: PlanContext,
  weight: Weight,
  tensor: string,
  inputs: readonly PresentInput[],
): Fitted | undefined {
  const { method } = context;
  const reference = inputs.find(({ isBase }) => isBase) ?? inputs[0];
  if (!reference) return undefined;
  const { shape } = reference.stored;
  const unlike = inputs.filter(({ stored }) => !sameShape(stored.shape, shape));
  if (unlike.length === 0) return { inputs, shape };

  if (weight.embedding && inputs.every(({ stored }) => stored.shape.length === 2)) {
    const cropped = croppedShape(method.unlikeEmbeddings, inputs, shape);
    if (cropped) {
      reportCrop(context, tensor, inputs, cropped);
      return { inputs, shape: cropped };
    }
  } else if (method.skipsUnlikeShapes && weight.presence === "optional" && !weight.embedding && !isInLayers(weight)) {
    for (const input of unlike) reportSkip(context, tensor, input, reference);
    return { inputs: inputs.filter((input) => !unlike.includes(input)), shape };
  }
  for (const input of unlike) reportUnlike(context, tensor, input, reference);
  return undefined;
}

/** Bytes read of an input that is cropped to `shape`, or put together. */
export function croppedBytes({ stored, map }: PresentInput, shape: readonly number[]): number {
  return map?.bytes ?? storedBytes(stored, elementCount(shape));
}

/** Axis 0 is the vocabulary; a row is as long as it is. */
function croppedShape(
  rule: PlanContext["method"]["unlikeEmbeddings"],
  inputs: readonly PresentInput[],
  [rows = 0, columns = 0]: readonly number[],
): readonly number[] | undefined {
  if (inputs.some(({ stored }) => stored.shape[1] !== columns)) return undefined;
  const fewest = smallest(inputs.map(({ stored }) => stored.shape[0] ?? 0));
  if (rule === "crop-to-smallest") return [fewest, columns];
  return rule === "crop-to-base" && fewest === rows ? [rows, columns] : undefined;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function show(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

function reportCrop(
  { bag, recipe }: PlanContext,
  tensor: string,
  inputs: readonly PresentInput[],
  shape: readonly number[],
): void {
  for (const { stored, source } of inputs) {
    if (sameShape(stored.shape, shape)) continue;
    const facts = { model: source.model.key, found: show(stored.shape), used: show(shape) };
    bag.add({
      code: "plan/cropped",
      severity: "warning",
      span: source.added ? recipe.base?.span : source.model.span,
      group: source.model.key,
      tensor,
      facts,
    });
  }
}

function reportSkip({ bag }: PlanContext, tensor: string, input: PresentInput, reference: PresentInput): void {
  const facts = {
    model: input.source.model.key,
    found: show(input.stored.shape),
    other: reference.source.model.key,
    expected: show(reference.stored.shape),
  };
  bag.add({
    code: "plan/skipped-shape",
    severity: "warning",
    span: input.source.model.span,
    group: facts.model,
    tensor,
    facts,
  });
}

function reportUnlike(context: PlanContext, tensor: string, input: PresentInput, reference: PresentInput): void {
  const { bag, method } = context;
  const [model, other] = [input.source.model.key, reference.source.model.key];
  const sizes = sizesSaid(context, model, other);
  const facts = { model, found: show(input.stored.shape), other, expected: show(reference.stored.shape), sizes };
  bag.add({
    code: "plan/shape",
    severity: "error",
    span: input.source.model.span,
    group: model,
    tensor,
    facts: { ...facts, label: method.label },
  });
}
