import type { Hub } from "../../hub/types";
import { directoryFolder } from "../../io/directory";
import { fetchedFolder } from "../../io/fetched";
import { filesFolder } from "../../io/file";
import { modelKey } from "../../recipe/parse/references";
import type { Environment } from "../machine/environment";
import type { ModelKey } from "../protocol/ids";
import type { ModelOrigin } from "../protocol/protocol";
import type { Results } from "../runs/results";
import type { HubAccess } from "./hubModels";
import type { OpenedModel } from "./models";

/** Where models are looked for. */
export interface OriginAccess extends Omit<HubAccess, "hub"> {
  hub(): Promise<Hub>;
  readonly samplesUrl: string;
  readonly environment: Environment;
}

/** Finds the folder of a model. No weight is read. */
export async function openOrigin(
  origin: ModelOrigin,
  access: OriginAccess,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  switch (origin.kind) {
    case "hub": {
      const { repo, revision, commit } = origin;
      const wanted = commit ?? revision;
      const reference = { repo, ...(wanted === undefined ? {} : { revision: wanted }) };
      const [{ openHubModel }, hub] = await Promise.all([import("./hubModels"), access.hub()]);
      return openHubModel({ ...access, hub }, reference, signal);
    }
    case "sample":
      return { folder: fetchedFolder(origin.name, `${access.samplesUrl}/${origin.name}`) };
    case "directory":
      return { folder: directoryFolder(origin.handle) };
    case "files":
      return { folder: filesFolder(origin.name, origin.files) };
    case "result":
      return { folder: filesFolder(origin.id, await access.environment.resultFiles(origin.id)) };
  }
}

/** What recipes call it: a Hub model as it was typed, anything else by its folder's name, a result by its own. */
export async function keyOf(origin: ModelOrigin, results: Results): Promise<ModelKey> {
  switch (origin.kind) {
    case "hub":
      return modelKey(origin.repo, origin.revision);
    case "sample":
    case "files":
      return origin.name;
    case "directory":
      return origin.handle.name;
    case "result":
      return (await results.get(origin.id)).report.name;
  }
}

/** The origin to open again later: a Hub model at the same commit, whatever its branch names by then. */
export function pinned(origin: ModelOrigin, revision: string | undefined): ModelOrigin {
  return origin.kind === "hub" && revision !== undefined ? { ...origin, commit: revision } : origin;
}
