import { resolve } from "node:path";
import { adaptedKey, folderParts, modelKey, splitReference } from "../../recipe/parse/references";
import type { Surroundings } from "../command";
import { hasFolder } from "./findFolder";
import { type LocatedModel, locateModel } from "./locateModels";

/** A model that a command line names, and where what it is made of lies. */
export interface FoundModel {
  /** Under which it is looked up: `model+adapter`, where an adapter is applied. */
  readonly key: string;
  readonly models: readonly LocatedModel[];
}

/**
 * A model as the command line names it: `org/name@revision`, or a folder, with an adapter behind a `+`.
 * @returns nothing when there is none; what is wrong has been printed then
 */
export async function findModel(
  text: string,
  { cwd, stderr }: Pick<Surroundings, "cwd" | "stderr">,
): Promise<FoundModel | undefined> {
  const parts = hasFolder(text, cwd) ? ({ ok: true, path: text } as const) : splitReference(text);
  const named = parts.ok ? parts : { path: text };
  const adapter = parts.ok && "adapter" in parts ? parts.adapter : undefined;
  const models: LocatedModel[] = [];
  for (const folder of [folderParts(named), ...(adapter ? [adapter] : [])]) {
    const model = await locateModel({ ...folder, key: modelKey(folder.path, folder.revision) }, cwd);
    if (model) models.push(model);
    else {
      const { path } = folder;
      stderr.write(`There is no folder ${resolve(cwd, path)}, and "${path}" is no Hub id (owner/name). Correct it.\n`);
      return undefined;
    }
  }
  return { key: adaptedKey(named, adapter), models };
}
