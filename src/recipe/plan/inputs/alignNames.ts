import { architectureNames } from "../../../model/config";
import type { Model, ModelTensor } from "../../../model/model";
import type { ModelReference } from "../../parse/recipe";
import type { ProblemBag } from "../problemBag";

/** Of a model's tensors, how many must be found under the donor's names before another beginning is taken for the same weights. */
const ENOUGH = 0.8;
/** Parts of a name that a prefix may have. */
const MAX_PREFIX_PARTS = 4;

/**
 * Models of an architecture that nobody described are matched by name alone. Where the names of one differ from the first model's
 * only in how they begin, it is read under the first one's names; its tensors keep the names they are stored by. The language
 * model inside a model of another architecture is another thing, though its names go on alike.
 */
export function alignNames(
  references: readonly ModelReference[],
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
): ReadonlyMap<string, Model> {
  const [first, ...others] = references;
  const donor = first && models.get(first.key);
  if (!donor) return models;
  const aligned = new Map(models);
  const expected = architectureOf(first, donor);
  for (const reference of others) {
    const { key, span } = reference;
    const model = models.get(key);
    const found =
      model && architectureOf(reference, model) === expected && otherBeginning(model.tensors, donor.tensors);
    if (!model || !found) continue;
    aligned.set(key, { ...model, tensors: found.tensors });
    const facts = { model: key, other: donor.key, found: found.from, expected: found.to };
    bag.add({
      code: "plan/other-prefix",
      severity: "note",
      span,
      group: key,
      facts,
    });
  }
  return aligned;
}

function architectureOf({ overrideArchitecture }: ModelReference, { config }: Model): string | undefined {
  return overrideArchitecture ?? architectureNames(config)[0];
}

type Tensors = ReadonlyMap<string, ModelTensor>;

function otherBeginning(own: Tensors, donor: Tensors) {
  if (shared([...own.keys()], donor) > 0) return undefined;
  for (const [from, to] of beginnings(own, donor)) {
    const rename = (name: string) => (donor.has(name) || !name.startsWith(from) ? name : to + name.slice(from.length));
    const tensors = new Map([...own].map(([name, tensor]) => [rename(name), tensor]));
    if (tensors.size === own.size && shared([...tensors.keys()], donor) >= ENOUGH) return { from, to, tensors };
  }
  return undefined;
}

/** The share of the names in layers that a model has as well. */
function shared(names: readonly string[], model: Tensors): number {
  const inLayers = names.filter((name) => /(^|\.)\d+\./.test(name));
  return inLayers.filter((name) => model.has(name)).length / Math.max(1, inLayers.length);
}

/** Pairs of beginnings after which one name of each model goes on alike: what comes after the layer's number must be the same. */
function* beginnings(own: Tensors, donor: Tensors): Generator<readonly [string, string], void, undefined> {
  const sample = [...own.keys()].find((name) => /(^|\.)\d+\./.test(name));
  if (sample === undefined) return;
  const parts = sample.split(".");
  const digit = parts.findIndex((part) => /^\d+$/.test(part));
  for (let cut = 0; cut <= Math.min(digit, MAX_PREFIX_PARTS); cut++) {
    const tail = parts.slice(cut).join(".");
    for (const name of donor.keys()) {
      if (!`.${name}`.endsWith(`.${tail}`)) continue;
      yield [sample.slice(0, sample.length - tail.length), name.slice(0, name.length - tail.length)];
    }
  }
}
