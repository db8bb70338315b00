import { findArchitecture } from "../../../model/architectures/known";
import { architectureNames } from "../../../model/config";
import type { Model } from "../../../model/model";
import type { ModelReference } from "../../parse/recipe";
import type { ProblemBag } from "../problemBag";

/**
 * The architecture that all models share, by name, if it is one that is known. Models of unlike known architectures are an
 * error; where one is unknown, all are inferred from their headers.
 */
export function commonArchitecture(
  references: readonly ModelReference[],
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
): string | undefined {
  const named = references.map((reference) => ({ reference, name: nameOf(reference, models, bag) }));
  const [first, ...others] = named;
  if (!first) return undefined;
  const seeing = seeingArchitecture(named.map(({ name }) => name));
  if (seeing !== undefined) return seeing;
  const allKnown = named.every(({ name }) => name !== undefined && findArchitecture(name));
  for (const { reference, name } of others) {
    const same =
      name === first.name || (allKnown && findArchitecture(name ?? "") === findArchitecture(first.name ?? ""));
    if (same) continue;
    const facts = {
      model: reference.key,
      found: name ?? "?",
      other: first.reference.key,
      expected: first.name ?? "?",
      known: allKnown ? "all" : "some",
    } as const;
    bag.add({
      code: "plan/mixed-architectures",
      severity: allKnown ? "error" : "warning",
      span: reference.span,
      group: reference.key,
      facts,
    });
  }
  if (allKnown) return first.name;
  const unknown = named.find(({ name }) => name === undefined || !findArchitecture(name)) ?? first;
  const facts = { model: unknown.reference.key, architecture: unknown.name ?? "?" };
  bag.add({
    code: "plan/inferred-architecture",
    severity: "note",
    span: unknown.reference.span,
    facts,
  });
  return undefined;
}

/** The architecture of the models that see, where the others are language models of the kind that these have inside. */
function seeingArchitecture(names: readonly (string | undefined)[]): string | undefined {
  const found = names.find((name) => name !== undefined && findArchitecture(name)?.text !== undefined);
  const definition = found === undefined ? undefined : findArchitecture(found);
  const fits = (name: string | undefined) =>
    name !== undefined && (findArchitecture(name) === definition || (definition?.languages?.includes(name) ?? false));
  return definition && names.some((name) => name !== found) && names.every(fits) ? found : undefined;
}

function nameOf(reference: ModelReference, models: ReadonlyMap<string, Model>, bag: ProblemBag): string | undefined {
  if (reference.overrideArchitecture !== undefined) return reference.overrideArchitecture;
  const names = architectureNames(models.get(reference.key)?.config ?? {});
  if (names.length > 1) {
    const facts = { model: reference.key, found: names.length, names: names.join(", ") };
    bag.add({
      code: "plan/architectures",
      severity: "error",
      span: reference.span,
      facts,
    });
  }
  return names[0];
}
