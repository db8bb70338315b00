import type { Misfit, Model } from "../../../model/model";
import type { ModelReference } from "../../parse/recipe";
import { foldersOf, isCalled, nameText, nearName } from "../../parse/references";
import { changeTo } from "../../problems/fixes";
import type { PlannedModel } from "../plan";
import type { ProblemBag } from "../problemBag";
import type { Vocabularies } from "../vocabulary/vocabularies";

type Models = ReadonlyMap<string, Model>;

/**
 * The models that references mean, by key: those that are open, and where an adapter is named the model with it. What is missing, is
 * no adapter, is nothing else or does not fit goes into `bag`.
 * @param unused names of other recipes of the text, one of which may be meant
 */
export function adaptModels(
  references: readonly ModelReference[],
  opened: Models,
  bag: ProblemBag,
  unused: readonly string[] = [],
): Models {
  const models = new Map(opened);
  for (const reference of references) {
    reportMissing(reference, [...opened.keys(), ...unused], opened, bag);
    const [model, adapter] = foldersOf(reference).map(({ key }) => opened.get(key));
    if (model?.adapter) reportAlone(reference, model, opened, bag);
    if (!model || model.adapter || !adapter) continue;
    if (!adapter.adapter) {
      const facts = { model: adapter.key };
      bag.add({ code: "plan/not-an-adapter", severity: "error", span: reference.span, facts });
      continue;
    }
    const adapted = adapter.adapter.apply(model, adapter);
    if (adapted.model) models.set(reference.key, adapted.model);
    else reportMisfits(reference, model, adapter, adapted.misfits, bag);
    reportOtherBase(reference, model, adapter, bag);
  }
  return models;
}

function reportMissing(reference: ModelReference, names: readonly string[], opened: Models, bag: ProblemBag): void {
  const { adapter, span } = reference;
  for (const { key } of foldersOf(reference)) {
    if (opened.has(key)) continue;
    const meant = nearName(key, names);
    const fixed = adapter === undefined && meant !== undefined;
    bag.add({
      code: "plan/model-missing",
      severity: "error",
      span,
      group: key,
      facts: { model: key, meant },
      fix: fixed ? changeTo(meant, span, nameText(meant)) : undefined,
    });
  }
}

/** An adapter where a model is meant. Where the model that it was made for is open, that is what it stands behind. */
function reportAlone(reference: ModelReference, { key, adapter }: Model, opened: Models, bag: ProblemBag): void {
  const { span } = reference;
  const base = adapter?.base;
  const loaded = [...opened.values()].find(
    (model) => !model.adapter && base !== undefined && isCalled(model.key, base),
  );
  const meant = loaded && `${loaded.key}+${key}`;
  bag.add({
    code: "plan/adapter-alone",
    severity: "error",
    span,
    group: key,
    facts: { model: key, base, meant: meant ?? `${base ?? "model"}+${key}` },
    fix: meant === undefined || reference.adapter ? undefined : changeTo(meant, span, nameText(meant)),
  });
}

function reportMisfits(
  { span }: ModelReference,
  model: Model,
  adapter: Model,
  misfits: readonly Misfit[],
  bag: ProblemBag,
): void {
  for (const { tensor, found, expected } of misfits) {
    const facts = { adapter: adapter.key, model: model.key, found };
    const at = { severity: "error", span, group: adapter.key, tensor } as const;
    if (expected === undefined) bag.add({ ...at, code: "plan/adapter-lacks", facts });
    else bag.add({ ...at, code: "plan/adapter-shape", facts: { ...facts, expected } });
  }
}

/** An adapter that was trained on another model fits by its shapes alone: that may be meant (a fine-tune of the same base). */
function reportOtherBase({ span }: ModelReference, model: Model, adapter: Model, bag: ProblemBag): void {
  const base = adapter.adapter?.base;
  if (base === undefined || isCalled(model.key, base)) return;
  const facts = { adapter: adapter.key, base, model: model.key };
  bag.add({ code: "plan/adapter-base", severity: "note", span, group: adapter.key, facts });
}

/** What a plan says of a reference's models. */
export function plannedModel(reference: ModelReference, opened: Models, isBase: boolean): PlannedModel {
  const [model, adapter] = foldersOf(reference).map(({ key }) => {
    const revision = opened.get(key)?.revision;
    return { key, ...(revision === undefined ? {} : { revision }) };
  });
  const { key } = reference;
  if (model && adapter) return { key, isBase, adapted: { model, adapter } };
  return { ...model, key, isBase };
}

/** Vocabularies by the keys of references: a model with an adapter has that of its folder. */
export function referredVocabularies(references: readonly ModelReference[], vocabularies: Vocabularies): Vocabularies {
  const referred = new Map(vocabularies);
  for (const reference of references) {
    const [folder] = foldersOf(reference);
    const vocabulary = folder && vocabularies.get(folder.key);
    if (vocabulary) referred.set(reference.key, vocabulary);
  }
  return referred;
}
