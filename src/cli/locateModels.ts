import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AwaseError } from "../base/errors";
import type { Session } from "../engine/session";
import { nodeFolder } from "../io/node";
import type { Problem } from "../recipe/problems";
import type { ModelReference, Recipe } from "../recipe/recipe";
import { hubIdOf, modelReferences } from "../recipe/references";
import { cancellable } from "./cancellable";

export interface LocatedModels {
  /** Folders on disk, by the key the recipe uses. */
  readonly folders: ReadonlyMap<string, string>;
  readonly hub: readonly { readonly reference: ModelReference; readonly repo: string; readonly commit?: string }[];
  readonly problems: readonly Problem[];
}

/** As mergekit does it: a path that exists on disk is local, whatever revision stands after it; else it is a Hub id. */
export async function locateModels(recipe: Recipe, cwd: string): Promise<LocatedModels> {
  const folders = new Map<string, string>();
  const hub: LocatedModels["hub"][number][] = [];
  const problems: Problem[] = [];
  for (const reference of modelReferences(recipe)) {
    const path = resolve(cwd, reference.path);
    const repo = hubIdOf(reference.path);
    const commit = recipe.extras.revisions[reference.key];
    if (await isFolder(path)) folders.set(reference.key, path);
    else if (repo !== undefined) hub.push({ reference, repo, ...(commit === undefined ? {} : { commit }) });
    else problems.push(noModel(reference, path));
  }
  return { folders, hub, problems };
}

function noModel({ path, span }: ModelReference, looked: string): Problem {
  return {
    code: "recipe/no-model",
    severity: "error",
    message: `There is no folder ${looked}, and "${path}" is no Hub id (owner/name). Correct the path, or the id.`,
    facts: { path, looked },
    span,
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Writing over a model while reading it would destroy both. @throws {AwaseError} `output/is-input` */
export async function refuseInputAsOutput(out: string, folders: ReadonlyMap<string, string>): Promise<void> {
  const target = await realpath(out).catch(() => out);
  for (const [key, path] of folders) {
    if ((await realpath(path)) !== target) continue;
    throw new AwaseError(
      "output/is-input",
      `The output folder ${out} is that of the model ${key}, which would be written over while it is read. Choose another --out.`,
      { facts: { out, model: key } },
    );
  }
}

/** Puts the located models up under the keys the recipe uses. */
export async function loadModels(
  session: Session,
  { folders, hub }: LocatedModels,
  signal: AbortSignal,
): Promise<void> {
  for (const [key, path] of folders) await session.place(key, nodeFolder(path), signal);
  for (const { reference, repo, commit } of hub) {
    const { revision } = reference;
    const origin = {
      kind: "hub" as const,
      repo,
      ...(revision === undefined ? {} : { revision }),
      ...(commit === undefined ? {} : { commit }),
    };
    await cancellable(session, signal, (job) => session.addModel(job, origin));
  }
}
