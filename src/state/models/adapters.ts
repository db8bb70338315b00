import { isCalled } from "../../recipe/parse/references";
import { entryName, type ModelEntry, modelNames } from "./models";

/** `model+adapter` for every open model that an adapter may stand behind: the one it was made for, or all where none is called so. */
export function adaptedNames(models: readonly ModelEntry[], adapter: string): string[] {
  const names = modelNames(models.filter((entry) => entry.status === "ready" && !entry.summary.adapter));
  const entry = models.find((each) => entryName(each) === adapter);
  const base = entry?.status === "ready" ? entry.summary.adapter?.base : undefined;
  const own = base === undefined ? [] : names.filter((name) => isCalled(name, base));
  return (own.length > 0 ? own : names).map((name) => `${name}+${adapter}`);
}

/** What recipes can be made of: the listed models, then each adapter behind its model. */
export function mergeableNames(models: readonly ModelEntry[]): string[] {
  const isAdapter = (entry: ModelEntry) => entry.status === "ready" && entry.summary.adapter !== undefined;
  const adapters = modelNames(models.filter(isAdapter));
  return [
    ...modelNames(models.filter((entry) => !isAdapter(entry))),
    ...adapters.flatMap((adapter) => adaptedNames(models, adapter)),
  ];
}
