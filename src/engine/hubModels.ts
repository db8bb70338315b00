import type { Hub } from "../hub/types";
import type { BlockStore } from "../io/blockStore";
import { type CachedSource, cachedSource } from "../io/cached";
import type { ByteSource, Folder } from "../io/types";
import type { OpenedModel } from "./models";
import type { Notes } from "./notes";

/** What of the Hub a session has. */
export interface HubAccess {
  readonly hub: Hub;
  /** Keeps what was fetched; absent: everything is fetched each time. */
  readonly blocks?: BlockStore;
  readonly notes: Notes;
}

/** A model on the Hub, pinned to the commit its revision names now, read through the block store. */
export async function openHubModel(
  { hub, blocks, notes }: HubAccess,
  { repo, revision }: { readonly repo: string; readonly revision?: string },
  signal?: AbortSignal,
): Promise<OpenedModel> {
  const model = await hub.resolve(repo, revision, signal);
  const remote = hub.folder(model);
  const pinned = { revision: model.sha, ...(model.license === undefined ? {} : { license: model.license }) };
  if (!blocks) return { ...pinned, folder: remote, cachedBytes: async () => 0 };
  return {
    ...pinned,
    folder: cachedFolder(remote, (source, path) =>
      cachedSource(source, blocks, { repo: model.repo, revision: model.sha, path }, notes.send),
    ),
    async cachedBytes() {
      const kept = (await blocks.list()).find((entry) => entry.repo === model.repo && entry.revision === model.sha);
      return kept?.bytes ?? 0;
    },
  };
}

/** Of the bytes of the ranges, those that must come over the network. */
export async function missingBytes(
  source: ByteSource,
  ranges: readonly { readonly start: number; readonly end: number }[],
): Promise<number> {
  const all = ranges.reduce((sum, { start, end }) => sum + (end - start), 0);
  return isCached(source) ? all - (await source.cachedBytes(ranges)) : all;
}

function isCached(source: ByteSource): source is CachedSource {
  return "cachedBytes" in source;
}

function cachedFolder(remote: Folder, wrap: (source: ByteSource, path: string) => ByteSource): Folder {
  return {
    name: remote.name,
    list: (signal) => remote.list(signal),
    open: async (path, signal) => wrap(await remote.open(path, signal), path),
  };
}
