import { resolve } from "node:path";
import { AwaseError } from "../../base/errors";
import { append } from "../../base/lists";
import { own } from "../../base/own";
import type { ModelOrigin, Note } from "../../engine/protocol/protocol";
import type { Session } from "../../engine/session";
import { nodeFolder } from "../../io/node";
import type { FolderReference, ModelReference, Recipe } from "../../recipe/parse/recipe";
import {
  allReferences,
  foldersOf,
  hubIdOf,
  isMade,
  modelKey,
  nameText,
  sameLetters,
} from "../../recipe/parse/references";
import { changeTo } from "../../recipe/problems/fixes";
import type { Problem } from "../../recipe/problems/problem";
import type { Surroundings } from "../command";
import { cliProblem } from "../failures";
import { findFolder, nearFolder } from "./findFolder";

/** Where a model is, and the key under which a recipe names it. */
export type LocatedModel =
  | { readonly kind: "folder"; readonly key: string; readonly path: string }
  | { readonly kind: "hub"; readonly key: string; readonly origin: ModelOrigin };

/**
 * As mergekit does it: a path that exists on disk is local, whatever revision stands after it; else it is a Hub id. A folder that is
 * called like the whole reference, `@` and all, comes first.
 */
export async function locateModel(
  { path, revision, key }: FolderReference,
  cwd: string,
  commit?: string,
): Promise<LocatedModel | undefined> {
  const folder = (await findFolder(key, cwd)) ?? (await findFolder(path, cwd));
  if (folder !== undefined) return { kind: "folder", key, path: folder };
  const repo = hubIdOf(path);
  if (repo === undefined) return undefined;
  const origin = {
    kind: "hub" as const,
    repo,
    ...(revision === undefined ? {} : { revision }),
    ...(commit === undefined ? {} : { commit }),
  };
  return { kind: "hub", key, origin };
}

export interface LocatedModels {
  readonly models: readonly LocatedModel[];
  readonly problems: readonly Problem[];
}

/** The models that a recipe names, and the adapters that it applies to them. */
export async function locateModels(recipe: Recipe, cwd: string): Promise<LocatedModels> {
  const models: LocatedModel[] = [];
  const problems: Problem[] = [];
  for (const reference of allReferences(recipe)) {
    for (const folder of foldersOf(reference)) {
      if (isMade(recipe, folder)) continue;
      const model = await locateModel(folder, cwd, own(recipe.extras.revisions, folder.key));
      const near = model?.kind === "folder" ? undefined : await nearFolder(folder.path, cwd);
      // A folder that differs in nothing but case is meant, whatever the Hub may have under such a name.
      if (near !== undefined && (!model || sameLetters(near, folder.path))) {
        problems.push(nearModel(reference, folder, near));
      } else if (model) models.push(model);
      else problems.push(noModel(reference, folder, resolve(cwd, folder.path)));
    }
  }
  return { models, problems };
}

/** Where an adapter is named as well, only a person can tell how the reference is written. */
function nearModel({ adapter, span }: ModelReference, { path, revision }: FolderReference, meant: string): Problem {
  return cliProblem({
    code: "recipe/near-model",
    severity: "error",
    facts: { path, meant },
    span,
    fix: adapter ? undefined : changeTo(meant, span, nameText(modelKey(meant, revision))),
  });
}

function noModel({ span }: ModelReference, { path }: FolderReference, looked: string): Problem {
  return cliProblem({ code: "recipe/no-model", severity: "error", facts: { path, looked }, span });
}

/**
 * Puts the located models up, each key once. What there is to remark on the way is said.
 * @returns what was found and put right in folders: a plan says that beside its lines, whoever has none must say it
 * @throws {AwaseError} with the Hub's refusal, and why the Hub was asked at all: a folder's name may have been mistyped
 */
export async function loadModels(
  session: Session,
  models: readonly LocatedModel[],
  { signal, cwd, env }: Surroundings,
  say: (text: string) => void,
): Promise<readonly Note[]> {
  const remarks: Note[] = [];
  const unique = new Map(models.map((model) => [model.key, model]));
  for (const model of unique.values()) {
    if (model.kind === "folder") {
      append(remarks, await session.place(model.key, nodeFolder(model.path), signal));
      continue;
    }
    try {
      const { note } = await session.addModel(model.origin, { signal });
      if (note) say(note.message);
    } catch (error) {
      if (!(error instanceof AwaseError)) throw error;
      const near = await nearFolder(model.key, cwd);
      const meant = near === undefined ? "" : ` Beside it is a folder ${near}: did you mean that?`;
      const token = env.HF_TOKEN ? "with HF_TOKEN" : "without a token, as HF_TOKEN is not set";
      throw error.told(
        `${model.key} is no folder below ${cwd}, so it was looked for on the Hub, ${token}.${meant} ${error.message}`,
      );
    }
  }
  return remarks;
}
