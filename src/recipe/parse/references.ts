import type { ModelReference, Recipe } from "./recipe";

/** The parts of a model reference's text: `PATH[@REVISION][+LORA]`. */
export type ReferenceParts =
  | { readonly ok: true; readonly path: string; readonly revision?: string; readonly lora?: string }
  | { readonly ok: false; readonly reason: "empty" | "adapters" | "revisions" };

/** Splits a reference at `+` and `@`. Spaces around the parts are not part of them. */
export function splitReference(text: string): ReferenceParts {
  const [model = "", lora, ...moreAdapters] = text.split("+");
  if (moreAdapters.length > 0) return { ok: false, reason: "adapters" };
  const parts = splitRevision(model);
  if (!parts.ok || lora === undefined) return parts;
  return { ...parts, lora: lora.trim() };
}

/** Splits at `@` alone, as the inner string of the mapping form is: a `+` is part of the path there. */
export function splitRevision(text: string): ReferenceParts {
  const [path = "", revision, ...more] = text.split("@").map((part) => part.trim());
  if (more.length > 0) return { ok: false, reason: "revisions" };
  if (path === "" || revision === "") return { ok: false, reason: "empty" };
  return { ok: true, path, ...(revision === undefined ? {} : { revision }) };
}

/** The key under which a model is looked up: the reference as a recipe would write it. */
export function modelKey(path: string, revision?: string): string {
  return revision === undefined ? path : `${path}@${revision}`;
}

/**
 * The Hub id a path could be: `owner/name`, or a bare name as the oldest models have. `undefined` for paths on disk.
 * Allowed characters: letters, digits, `-`, `_`, `.`; neither `--` nor `..`.
 */
export function hubIdOf(path: string): string | undefined {
  const name = /^(?:[\w.-]{1,96}\/)?[\w.-]{1,96}$/;
  const edge = /(^|\/)[-.]|[-.]($|\/)|--|\.\./;
  return name.test(path) && !edge.test(path) ? path : undefined;
}

/**
 * The models a recipe refers to, each once by key: the base first, then in document order. The first of them gives the
 * output its config and tokenizer.
 */
export function modelReferences(recipe: Recipe): readonly ModelReference[] {
  const all = [
    ...(recipe.base ? [recipe.base] : []),
    ...recipe.models.map((item) => item.model),
    ...recipe.slices.flatMap((slice) => [
      ...slice.sources.map((source) => source.model),
      ...(slice.base ? [slice.base] : []),
    ]),
  ];
  const seen = new Set<string>();
  return all.filter(({ key }) => !seen.has(key) && seen.add(key));
}
