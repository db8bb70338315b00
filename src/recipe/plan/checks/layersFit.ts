import { atLayer, findTensor, isBuffer, isInLayers, type Weight } from "../../../model/layout/layout";
import { slicesOf } from "../../parse/parts";
import type { PlannedModule } from "../expand";
import type { Target } from "../inputs/findInputs";
import type { PlannedTensor } from "../plan";
import type { PlanContext } from "../planContext";
import { type PlannedTensors, targetsOf } from "../tensors";
import { sizesSaid } from "./sizesSaid";

/** Shapes of a layer's weights, by name pattern. */
type Signature = ReadonlyMap<string, readonly number[]>;

/**
 * Whether the donor's config describes what is written: each layer must have the tensors and shapes of a layer of the donor
 * (where whole models are merged, of the same layer), and what stands around the layers its widths. Headers alone decide.
 */
export function checkLayersFit(
  context: PlanContext,
  modules: readonly PlannedModule[],
  { tensors, embeddings }: PlannedTensors,
): void {
  if (context.references.length < 2) return;
  const written = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const module of modules) {
    const known = donorSignatures(context, module);
    for (const layer of outputLayers(module)) checkLayer(context, layer, written, known);
    checkAround(context, module, written);
  }
  checkRows(context, modules, embeddings, written);
}

/** The targets of each layer of the output. */
function outputLayers(module: PlannedModule): readonly (readonly Target[])[] {
  const layers: Target[][] = [];
  for (const target of targetsOf(module)) {
    const at = target.layer?.output;
    if (at === undefined) continue;
    const layer = layers[at] ?? [];
    layers[at] = layer;
    layer.push(target);
  }
  return layers;
}

/** Of every layer of the donor. */
function donorSignatures({ donor }: PlanContext, { layout }: PlannedModule): readonly Signature[] {
  return Array.from({ length: layout.depths.get(donor.reference.key) ?? 0 }, (_, number) => {
    const shapes = new Map<string, readonly number[]>();
    for (const weight of layout.layer) {
      const found = isBuffer(weight.name) ? undefined : findTensor(donor.checkpoint, weight, number);
      if (found) shapes.set(weight.name, found.tensor.shape);
    }
    return shapes;
  });
}

function checkLayer(
  context: PlanContext,
  targets: readonly Target[],
  written: ReadonlyMap<string, PlannedTensor>,
  known: readonly Signature[],
): void {
  const stacked = slicesOf(context.recipe).length > 0;
  const found = targets.flatMap(({ weight, layer }) => {
    const tensor = written.get(atLayer(weight.name, layer?.output));
    return tensor && !isBuffer(weight.name) ? [{ weight, tensor }] : [];
  });
  const signature: Signature = new Map(found.map(({ weight, tensor }) => [weight.name, tensor.shape]));
  const number = targets[0]?.layer?.output ?? 0;
  const like = (stacked ? nearest(signature, known) : known[number]) ?? new Map<string, readonly number[]>();
  const [target] = targets;
  if (!target) return;
  for (const { weight, tensor } of found) {
    const expected = like.get(weight.name);
    if (expected) {
      if (!sameShape(tensor.shape, expected)) reportShape(context, target, tensor, expected);
    } else if (stacked || !weight.name.endsWith(".bias")) {
      reportForeign(context, target, tensor);
    }
  }
  for (const name of like.keys()) if (!signature.has(name)) reportLacking(context, target, atLayer(name, number));
}

/** The donor's layer that has most of these tensors in these shapes. */
function nearest(signature: Signature, known: readonly Signature[]): Signature | undefined {
  const inCommon = (other: Signature) =>
    [...other].reduce((sum, [name, shape]) => {
      const own = signature.get(name);
      return sum + (own === undefined ? -1 : sameShape(own, shape) ? 1 : 0);
    }, 0);
  let best: { readonly signature: Signature; readonly score: number } | undefined;
  for (const other of new Set(known)) {
    const score = inCommon(other);
    if (!best || score > best.score) best = { signature: other, score };
    if (score === signature.size && score === other.size) break;
  }
  return best?.signature;
}

/** Weights around the layers have the donor's width; how many rows a vocabulary has is another question. */
function checkAround(context: PlanContext, module: PlannedModule, written: ReadonlyMap<string, PlannedTensor>): void {
  for (const target of targetsOf(module)) {
    const { weight } = target;
    const tensor = isInLayers(weight) ? undefined : written.get(weight.name);
    const own = tensor && findTensor(context.donor.checkpoint, weight, undefined)?.tensor;
    if (!own) continue;
    const from = weight.embedding ? 1 : 0;
    if (!sameShape(tensor.shape.slice(from), own.shape.slice(from))) reportShape(context, target, tensor, own.shape);
  }
}

/** Embedding and head of a stack may come from different models, but a config has one vocabulary size. */
function checkRows(
  context: PlanContext,
  modules: readonly PlannedModule[],
  embeddings: ReadonlyMap<string, number>,
  written: ReadonlyMap<string, PlannedTensor>,
): void {
  const weights: readonly Weight[] = modules.flatMap(({ layout }) => [...layout.pre, ...layout.post]);
  const own = weights.flatMap((weight) =>
    weight.embedding ? (findTensor(context.donor.checkpoint, weight, undefined)?.tensor.shape[0] ?? []) : [],
  );
  const [first, ...others] = [...embeddings].flatMap(([name, rows]) => {
    const tensor = written.get(name);
    return tensor ? [{ tensor, rows }] : [];
  });
  if (!first || new Set(own).size > 1) return;
  for (const { tensor, rows } of others) {
    if (rows === first.rows) continue;
    const facts = {
      model: modelOf(tensor),
      found: rows,
      other: modelOf(first.tensor),
      expected: first.rows,
      otherTensor: first.tensor.name,
    };
    context.bag.add({
      code: "plan/unlike-rows",
      severity: "error",
      span: context.references.find(({ key }) => key === facts.model)?.span,
      group: facts.model,
      tensor: tensor.name,
      facts,
    });
  }
}

function modelOf({ inputs }: PlannedTensor): string {
  return inputs[0]?.model ?? "";
}

/** The model that does not fit: one of the tensor's that is not the donor. */
function blamed({ donor }: PlanContext, { slice }: Target, tensor?: PlannedTensor) {
  const models = slice.sources.map(({ model }) => model);
  const inputs = tensor?.inputs.map(({ model }) => model) ?? models.map(({ key }) => key);
  const key = inputs.find((model) => model !== donor.reference.key) ?? inputs[0] ?? "";
  return models.find((model) => model.key === key) ?? models[0] ?? donor.reference;
}

function reportShape(context: PlanContext, target: Target, tensor: PlannedTensor, shape: readonly number[]): void {
  const { key: model, span } = blamed(context, target, tensor);
  const other = context.donor.reference.key;
  const sizes = sizesSaid(context, model, other);
  const [found, expected] = [`[${tensor.shape.join(", ")}]`, `[${shape.join(", ")}]`];
  context.bag.add({
    code: "plan/unlike-layers",
    severity: "error",
    span,
    group: model,
    tensor: tensor.name,
    facts: { model, other, found, expected, sizes },
  });
}

function reportForeign(context: PlanContext, target: Target, tensor: PlannedTensor): void {
  const { key: model, span } = blamed(context, target, tensor);
  const other = context.donor.reference.key;
  const sizes = sizesSaid(context, model, other);
  context.bag.add({
    code: "plan/foreign-tensor",
    severity: "error",
    span,
    group: model,
    tensor: tensor.name,
    facts: { model, other, sizes },
  });
}

function reportLacking(context: PlanContext, target: Target, tensor: string): void {
  const { key: model, span } = blamed(context, target);
  const other = context.donor.reference.key;
  const sizes = sizesSaid(context, model, other);
  context.bag.add({
    code: "plan/lacking-tensor",
    severity: "error",
    span,
    group: model,
    tensor,
    facts: { model, other, sizes },
  });
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
