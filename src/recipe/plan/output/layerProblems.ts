import type { Kind, LayerPattern } from "../../../model/layerPatterns/define";
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
      message: () =>
        `The architecture tells layers apart by their numbers, and slices move them: layers ${facts.layers} of the output would be of another kind than where they come from. ${facts.keys} in config.json says it for every layer, as transformers reads it. Programs that go by the numbers alone run these ${facts.found} layers wrongly.`,
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
      message: () => listsMessage(facts),
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
    message: () => listsMessage(facts),
  });
}

function listsMessage({ keys, layers }: { readonly keys: string; readonly layers: number }): string {
  return `${keys} in config.json follows the slices: each of the ${layers} layers keeps the kind it has in its own model.`;
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
    span: recipe.slices[0]?.span ?? donor.reference.span,
    group: pattern.key,
    facts,
    message: () =>
      runs
        ? `\`${facts.key}\` tells layers apart by their numbers, and no key can say it for a stack. Layers ${facts.layers} of the output change: layer ${facts.first} is ${facts.expected} where it comes from, and runs as ${facts.found}. Choose ranges that keep the rhythm, or mend the model's code.`
        : `\`${facts.key}\` of ${facts.model} tells layers apart by their numbers, and the slices put layers ${facts.layers} where it means another kind: layer ${facts.first} is ${facts.expected}, but would be loaded as ${facts.found}. Choose ranges that keep the rhythm.`,
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
    };
    bag.add({
      code: "plan/unlike-kinds",
      severity: runs ? "warning" : "error",
      span: other.span,
      group: `${pattern.key} ${other.key}`,
      facts,
      message: () =>
        `Layers of unlike kinds are merged (\`${facts.key}\`): in layers ${facts.layers} of the output, ${facts.expected} of ${facts.model} meets ${facts.found} of ${facts.other}. ${runs ? `The output runs them as ${facts.expected}.` : "Such layers have unlike tensors. Choose ranges in which the kinds agree."}`,
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
    message: () =>
      `\`${facts.key}\` in config.json of ${facts.other} has an entry for each layer, but ${facts.model} has no such list, so the output's cannot be made. Add the list to the config.json of ${facts.model}, or name a base_model without it.`,
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
