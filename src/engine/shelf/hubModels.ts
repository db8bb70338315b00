import { AwaseError } from "../../base/errors";
import { isTorchFile, isWeightFile } from "../../formats/weightFiles";
import type { Hub, HubModel } from "../../hub/types";
import type { BlockStore } from "../../io/store/blockStore";
import { cachedSource } from "../../io/store/cached";
import type { ByteSource, Folder, NewSha256 } from "../../io/types";
import { runNote } from "../failures";
import type { Records } from "../machine/records";
import type { HubLook, HubOrigin, Note } from "../protocol/protocol";
import type { OpenedModel } from "./models";
import type { Notes } from "./notes";

/** What of the Hub a session has. */
export interface HubAccess {
  readonly hub: Hub;
  /** Keeps what was fetched; absent: everything is fetched each time. */
  readonly blocks?: BlockStore;
  /** Commits and file lists that earlier sessions were told, by `repo@revision` as it was asked for. */
  readonly listings: Records<HubModel>;
  readonly notes: Notes;
  /** What files are hashed with; absent: on this thread. */
  readonly newSha256?: NewSha256;
}

interface HubReference {
  readonly repo: string;
  readonly revision?: string;
}

/** A model on the Hub, pinned to the commit its revision names now, read through the block store. */
export async function openHubModel(
  access: HubAccess,
  wanted: HubReference,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  const { hub, blocks, notes, newSha256 } = access;
  const { model, note } = await resolve(access, wanted, signal);
  const remote = hub.folder(model);
  const known = {
    revision: model.sha,
    ...(model.license === undefined ? {} : { license: model.license }),
    ...(note ? { note } : {}),
  };
  if (!blocks) return { ...known, folder: remote, cachedBytes: async () => 0 };
  return {
    ...known,
    folder: cachedFolder(remote, (source, path) => {
      const file = { repo: model.repo, revision: model.sha, path };
      const cached = cachedSource(source, blocks, file, notes.send, newSha256);
      // All but weights are read whole: what is asked for in one piece is checked against its published hash.
      if (!isWeightFile(path)) cached.expect([{ start: 0, end: source.size }]);
      return cached;
    }),
    async cachedBytes() {
      const kept = (await blocks.list()).find((entry) => entry.repo === model.repo && entry.revision === model.sha);
      return kept?.bytes ?? 0;
    },
  };
}

/** What a model is under which terms, and how much, from its list of files alone. */
export async function lookAtHub(
  hub: Hub,
  { repo, revision, commit }: HubOrigin,
  signal?: AbortSignal,
): Promise<HubLook> {
  const { license, gated, files } = await hub.resolve(repo, commit ?? revision, signal);
  const safetensors = files.filter(({ path }) => path.endsWith(".safetensors"));
  const weights = safetensors.length > 0 ? safetensors : files.filter(({ path }) => isTorchFile(path));
  return {
    gated,
    bytes: weights.reduce((sum, { size }) => sum + size, 0),
    ...(license === undefined ? {} : { license }),
  };
}

/**
 * Asks the Hub for the commit and its files. Out of its reach, what it said the last time must do: bytes of a commit never
 * change, so that a model kept here opens without a network; a byte that is not kept fails when it is read.
 * @throws {AwaseError} `hub/unreachable` when nothing is remembered, and the Hub's refusals
 */
async function resolve(
  { hub, blocks, listings }: HubAccess,
  { repo, revision }: HubReference,
  signal?: AbortSignal,
): Promise<{ readonly model: HubModel; readonly note?: Note }> {
  const asked = revision === undefined ? repo : `${repo}@${revision}`;
  try {
    const model = await hub.resolve(repo, revision, signal);
    // A pinned reference finds it as well. On a full disk it is not remembered, and opens all the same.
    for (const name of blocks ? [asked, `${repo}@${model.sha}`] : []) {
      await listings.put(name, model).catch(() => undefined);
    }
    return { model };
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    const model = await listings.get(asked);
    if (!model) throw error;
    const note = runNote("hub/offline", { repo: asked, commit: model.sha });
    return { model, note };
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof AwaseError && error.code === "hub/unreachable";
}

function cachedFolder(remote: Folder, wrap: (source: ByteSource, path: string) => ByteSource): Folder {
  return {
    name: remote.name,
    list: (signal) => remote.list(signal),
    open: async (path, signal) => wrap(await remote.open(path, signal), path),
  };
}
