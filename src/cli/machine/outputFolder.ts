import { readdir, realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { Surroundings } from "../command";
import { cliFailure } from "../failures";
import type { LocatedModel } from "../input/locateModels";
import { LOCK_FILE, lockFolder } from "./folderLock";
import { JOURNAL_FILE } from "./nodeEnvironment";

/**
 * Works in the folder that `--out` names, which is made where there is none and kept from other processes meanwhile.
 * @param models that are read: writing over a model while reading it would destroy both
 * @param work gets the folder's absolute path
 * @throws {AwaseError} `output/is-input`, `output/busy`, `output/unusable`
 */
export async function inOutputFolder<T>(
  named: string,
  models: readonly LocatedModel[],
  { cwd }: Pick<Surroundings, "cwd">,
  work: (out: string) => Promise<T>,
): Promise<T> {
  const out = resolve(cwd, named);
  const target = await realpath(out).catch(() => out);
  for (const model of models) {
    if (model.kind !== "folder" || (await realpath(model.path)) !== target) continue;
    throw cliFailure("output/is-input", { out, model: model.key });
  }
  const unlock = await lockFolder(out);
  try {
    return await work(out);
  } finally {
    await unlock();
  }
}

/** Lock and journal are not counted. @throws {AwaseError} `output/not-empty` */
export async function refuseFull(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name !== JOURNAL_FILE && name !== LOCK_FILE);
  if (files.length > 0) throw cliFailure("output/not-empty", { folder, files: files.length, first: files[0] ?? "" });
}
