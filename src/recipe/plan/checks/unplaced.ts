import { nameBehind } from "../../../model/layout/behindStack";
import { findTensor, type Layout } from "../../../model/layout/layout";
import type { Model, ModelTensor } from "../../../model/model";
import { storedBytes } from "../../../model/storedBytes";
import { slicesOf } from "../../parse/parts";
import type { TextSpan } from "../../problems/problem";
import type { PlanContext } from "../planContext";

/** Says which tensors of the models have no place in the output, or one that a renumbering of layers would make wrong. */
export function reportUnplaced(context: PlanContext): void {
  for (const { key, span } of context.references) {
    const checkpoint = context.models.get(key);
    if (!checkpoint) continue;
    const unplaced = unplacedTensors(checkpoint, context.layout);
    const bytes = unplaced.reduce((sum, tensor) => sum + storedBytes(tensor), 0);
    for (const { name } of unplaced) {
      context.bag.add({
        code: "plan/unplaced-tensor",
        severity: "warning",
        span,
        group: key,
        tensor: name,
        facts: { model: key, bytes },
      });
    }
    reportOddNumbers(context, checkpoint, span);
  }
}

/** `model.layers.01.…`: kept as it is where layers keep their numbers. */
function reportOddNumbers({ recipe, bag }: PlanContext, { key, tensors }: Model, span: TextSpan): void {
  const odd = [...tensors.values()].filter(({ name }) => /(^|\.)0\d+(\.|$)/.test(name));
  const bytes = odd.reduce((sum, tensor) => sum + storedBytes(tensor), 0);
  const stacked = slicesOf(recipe).length > 0;
  for (const { name } of odd) {
    bag.add({
      code: stacked ? "plan/odd-number-in-stack" : "plan/odd-number",
      severity: stacked ? "error" : "warning",
      span,
      group: key,
      tensor: name,
      facts: { model: key, bytes },
    });
  }
}

function unplacedTensors(checkpoint: Model, { modules }: Layout): readonly ModelTensor[] {
  const placed = new Set<string>();
  for (const { pre, post, layer, behind, depths } of modules) {
    const depth = depths.get(checkpoint.key) ?? 0;
    for (const weight of behind ?? []) placed.add(nameBehind(weight, depth));
    for (const weight of [...pre, ...post]) {
      const found = findTensor(checkpoint, weight, undefined);
      if (found) placed.add(found.tensor.name);
    }
    for (let number = 0; number < depth; number++) {
      for (const weight of layer) {
        const found = findTensor(checkpoint, weight, number);
        if (found) placed.add(found.tensor.name);
      }
    }
  }
  return [...checkpoint.tensors.values()].filter(({ name }) => !placed.has(name));
}
