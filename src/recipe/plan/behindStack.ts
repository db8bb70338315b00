import { DTYPE_BYTES } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { nameBehind } from "../../model/layout/behindStack";
import { atLayer, type BehindWeight, type Weight } from "../../model/layout/layout";
import type { ModelTensor } from "../../model/model";
import type { PlannedModule, PlannedSlice } from "./expand";
import type { PlanContext } from "./planContext";

/** A tensor behind the stack that is taken from the donor as it is, perhaps under another number. */
export interface CarriedTensor {
  /** Output name. */
  readonly name: string;
  readonly stored: ModelTensor;
}

/** Layers that the slices write. */
export function outputDepth(slices: readonly PlannedSlice[]): number {
  return slices.reduce((sum, { layers }) => sum + layers, 0);
}

/**
 * Weights behind the stack that are merged by name, as those after the layers: all sources have the module, and every layer
 * stays at its place, so that its number is the same in all of them.
 */
export function mergedBehind(module: PlannedModule): readonly Weight[] {
  const { layout, slices } = module;
  if (!layout.behind || !staysInPlace(module)) return [];
  const depth = outputDepth(slices);
  const sources = slices.at(-1)?.sources ?? [];
  return modulesOf(layout.behind)
    .filter((weights) => sources.every(({ model }) => owns(model.key, weights)))
    .flat()
    .map((weight) => ({
      name: nameBehind(weight, depth),
      aliases: [],
      tied: [],
      presence: "optional",
      embedding: /(embed_tokens|embed|word_embeddings|shared_head\.head|lm_head)\.weight$/.test(weight.name),
    }));
}

/**
 * What else lies behind the stack: carried over from the model that gives the config, renumbered to behind the new stack,
 * or left out. Which of them is said with the bytes.
 */
export function carriedBehind(context: PlanContext, module: PlannedModule): readonly CarriedTensor[] {
  const { donor, models } = context;
  const { layout, slices } = module;
  const { key } = donor.reference;
  const depth = outputDepth(slices);
  const merged = new Set(mergedBehind(module).map(({ name }) => name));
  reportMerged(context, module, merged);
  const carried: CarriedTensor[] = [];
  for (const weights of modulesOf(layout.behind ?? [])) {
    if (staysInPlace(module) && weights.some((weight) => merged.has(nameBehind(weight, depth)))) continue;
    if (!owns(key, weights)) {
      reportLeftOut(context, module, weights);
      continue;
    }
    for (const weight of weights) {
      const stored = models.get(key)?.tensors.get(nameBehind(weight, layout.depths.get(key) ?? 0));
      if (stored) carried.push({ name: nameBehind(weight, depth), stored });
    }
  }
  reportCarried(context, module, carried);
  return carried;
}

/** Whether some model has modules behind its stack and the output has none, so that a config that counts them is wrong. */
export function losesModules(context: PlanContext, modules: readonly PlannedModule[]): boolean {
  const behind = modules.flatMap(({ layout }) => layout.behind ?? []);
  const { key } = context.donor.reference;
  return behind.length > 0 && !owns(key, behind) && modules.every((module) => mergedBehind(module).length === 0);
}

/** Whether output layer n is made of layer n of every source, from the first to the last. */
function staysInPlace({ layout, slices }: PlannedModule): boolean {
  let output = 0;
  for (const { sources, layers } of slices) {
    const at = output;
    if (sources.some(({ start }) => start !== at && layers > 0)) return false;
    output += layers;
  }
  return (slices.at(-1)?.sources ?? []).every(({ model }) => layout.depths.get(model.key) === output);
}

function modulesOf(behind: readonly BehindWeight[]): readonly (readonly BehindWeight[])[] {
  const groups = new Map<string, BehindWeight[]>();
  for (const weight of behind) {
    const group = groups.get(weight.group);
    if (group) group.push(weight);
    else groups.set(weight.group, [weight]);
  }
  return [...groups.values()];
}

function owns(key: string, weights: readonly BehindWeight[]): boolean {
  return weights.some(({ owners }) => owners.has(key));
}

function bytesOf(tensors: readonly ModelTensor[]): number {
  return tensors.reduce((sum, { shape, dtype }) => sum + elementCount(shape) * DTYPE_BYTES[dtype], 0);
}

function reportMerged({ bag, donor, models }: PlanContext, { slices }: PlannedModule, names: ReadonlySet<string>) {
  const [owner] = slices.at(-1)?.sources ?? [];
  const stored = [...names].flatMap((name) => models.get(owner?.model.key ?? "")?.tensors.get(name) ?? []);
  const facts = { layers: outputDepth(slices), bytes: bytesOf(stored) };
  for (const tensor of names) {
    bag.add({
      code: "plan/behind-merged",
      severity: "note",
      span: donor.reference.span,
      tensor,
      facts,
    });
  }
}

function reportCarried(
  { bag, donor }: PlanContext,
  { slices }: PlannedModule,
  carried: readonly CarriedTensor[],
): void {
  const [first] = carried;
  const facts = {
    model: donor.reference.key,
    layers: outputDepth(slices),
    bytes: bytesOf(carried.map(({ stored }) => stored)),
    from: first?.stored.name ?? "",
  };
  for (const { name } of carried) {
    bag.add({
      code: "plan/behind-carried",
      severity: "note",
      span: donor.reference.span,
      tensor: name,
      facts,
    });
  }
}

function reportLeftOut(
  { bag, donor, models }: PlanContext,
  { layout }: PlannedModule,
  weights: readonly BehindWeight[],
): void {
  const bytes = new Map<string, number>();
  for (const weight of weights) {
    const [owner = ""] = weight.owners;
    const depth = layout.depths.get(owner) ?? 0;
    const inAll = () =>
      bytesOf(weights.flatMap((each) => models.get(owner)?.tensors.get(nameBehind(each, depth)) ?? []));
    const size = bytes.get(owner) ?? inAll();
    bytes.set(owner, size);
    const facts = { model: owner, other: donor.reference.key, bytes: size };
    bag.add({
      code: "plan/behind-left-out",
      severity: "warning",
      span: donor.reference.span,
      group: owner,
      tensor: atLayer(weight.name, weight.beyond === undefined ? undefined : depth + weight.beyond),
      facts,
    });
  }
}
