import type { Kind, LayerPattern } from "../../../model/layerPatterns/define";
import { slicesOf } from "../../parse/parts";
import type { ModelReference } from "../../parse/recipe";
import type { PlanContext } from "../planContext";

/** A layer of the output that config.json takes for another kind. */
export interface ChangedLayer {
  readonly layer: number;
  readonly kind: Kind;
  /** Absent: config.json says nothing of it. */
  readonly other: Kind | undefined;
}

/** A layer that is merged from layers of several kinds. */
export interface UnlikeKinds {
  readonly output: number;
  readonly kind: Kind;
  readonly model: ModelReference;
  readonly other: ModelReference;
  readonly otherKind: Kind;
}

/** Values that follow the slices: those that were in the config before, and those that had to be made. */
export function reportPattern(
  { bag, donor }: PlanContext,
  keys: readonly { readonly key: string; readonly made: boolean }[],
  count: number,
  layers: readonly number[],
): void {
  const [made, changed] = [keys.filter((key) => key.made), keys.filter((key) => !key.made)];
  if (made.length > 0) {
    const facts = { keys: named(made), layers: numbersText(layers), found: layers.length };
    bag.add({
      code: "plan/layer-rule-written",
      severity: "warning",
      span: donor.reference.span,
      group: facts.keys,
      facts,
    });
  }
  if (changed.length > 0) {
    const facts = { keys: named(changed), layers: count };
    bag.add({
      code: "plan/layer-lists",
      severity: "note",
      span: donor.reference.span,
      group: facts.keys,
      facts,
    });
  }
}

/** Lists that follow the slices. */
export function reportLists({ bag, donor }: PlanContext, keys: readonly string[], layers: number): void {
  if (keys.length === 0) return;
  const facts = { keys: keys.map((key) => `\`${key}\``).join(", "), layers };
  bag.add({
    code: "plan/layer-lists",
    severity: "note",
    span: donor.reference.span,
    group: facts.keys,
    facts,
  });
}

/** Layers whose kind no key can say: an error where their tensors are others, else a warning. */
export function reportUnwritable(
  { bag, recipe, donor }: PlanContext,
  pattern: LayerPattern,
  changed: readonly ChangedLayer[],
): void {
  const runs = changed.every(({ kind, other }) => other !== undefined && pattern.runsAs(kind, other));
  const [first] = changed;
  const facts = {
    key: pattern.key,
    model: donor.reference.key,
    layers: numbersText(changed.map(({ layer }) => layer)),
    first: first?.layer ?? 0,
    found: first?.other ?? "?",
    expected: first?.kind ?? "?",
  };
  bag.add({
    code: runs ? "plan/layer-view" : "plan/layer-kind",
    severity: runs ? "warning" : "error",
    span: slicesOf(recipe)[0]?.span ?? donor.reference.span,
    group: pattern.key,
    facts,
  });
}

/** Layers of unlike kinds that are merged into one. */
export function reportUnlikeKinds({ bag }: PlanContext, pattern: LayerPattern, unlike: readonly UnlikeKinds[]): void {
  for (const other of new Set(unlike.map((each) => each.other))) {
    const own = unlike.filter((each) => each.other === other);
    const [first] = own;
    if (!first) continue;
    const runs = own.every(({ kind, otherKind }) => pattern.runsAs(kind, otherKind));
    const facts = {
      key: pattern.key,
      model: first.model.key,
      other: other.key,
      layers: numbersText(own.map(({ output }) => output)),
      found: first.otherKind,
      expected: first.kind,
      runs: runs ? "yes" : "no",
    } as const;
    bag.add({
      code: "plan/unlike-kinds",
      severity: runs ? "warning" : "error",
      span: other.span,
      group: `${pattern.key} ${other.key}`,
      facts,
    });
  }
}

/** A list that one of the models lacks, so that nothing can be said of its layers. */
export function reportUnlistable({ bag, donor }: PlanContext, key: string, model: ModelReference | undefined): void {
  const facts = { key, model: model?.key ?? "", other: donor.reference.key };
  bag.add({
    code: "plan/layer-list-missing",
    severity: "error",
    span: model?.span ?? donor.reference.span,
    group: `${key} ${facts.model}`,
    facts,
  });
}

function named(keys: readonly { readonly key: string }[]): string {
  return keys.map(({ key }) => `\`${key}\``).join(", ");
}

/** `0–3, 7`: at most eight stretches are written out. */
function numbersText(numbers: readonly number[]): string {
  const stretches: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = stretches.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else stretches.push([number, number]);
  }
  const texts = stretches.slice(0, 8).map(([from, to]) => (from === to ? String(from) : `${from}–${to}`));
  return stretches.length > 8 ? `${texts.join(", ")}, …` : texts.join(", ");
}
