import { startBrowserThread } from "../../compute/devices/wasm/browserThread";
import { openDevice } from "../../compute/open";
import { opfsFiles, opfsFolder, opfsOutput, removeOpfs } from "../../io/opfs";
import { BlockStore } from "../../io/store/blockStore";
import type { RunId } from "../protocol/ids";
import { browserRecords } from "./browserRecords";
import type { Environment, OutputPlace } from "./environment";
import { recordStore } from "./recordKinds";
import type { HashThread } from "./threadHasher";
import { threadHashers } from "./threadHasher";

/** Folder in the origin private file system that holds one folder for each run. */
const RUNS = "runs";
/** A run's files: made here, and kept here as a result. */
const runFolder = (id: RunId) => `${RUNS}/${id}`;

/** The session's machine when it lives in a browser's worker: OPFS, IndexedDB, WebGPU, Web Locks. */
export function browserEnvironment(): Environment {
  return {
    // Base values have a database of their own: whoever asks for all records of another kind must not read these.
    records: recordStore((kind) => browserRecords(kind, kind === "base-values" ? "awase-base-values" : undefined)),
    blocks: new BlockStore(),
    openDevice: ({ device, budgetBytes }) =>
      openDevice({
        prefer: device,
        // Memory is shared only where the page is isolated from other origins.
        ...(crossOriginIsolated
          ? { threads: { count: navigator.hardwareConcurrency, start: startBrowserThread } }
          : {}),
        ...(budgetBytes === undefined ? {} : { budgetBytes }),
      }),
    async place(id, directory) {
      if (!directory) return browserPlace(id);
      const { directoryPlace } = await import("./directoryPlace");
      return directoryPlace(runFolder(id), directory);
    },
    runs: () => opfsFolders(RUNS),
    resultFiles: (id) => opfsFiles(runFolder(id)),
    hasher: threadHashers(
      (): HashThread => new Worker(new URL("./hashWorker.ts", import.meta.url), { type: "module" }),
    ),
    async space() {
      const { usage = 0, quota = Number.MAX_SAFE_INTEGER } = await navigator.storage.estimate();
      return { usage, quota, persisted: await navigator.storage.persisted() };
    },
    persist: () => navigator.storage.persist(),
    hold: holdLock,
    async held() {
      const { held = [] } = await navigator.locks.query();
      return new Set(held.flatMap(({ name }) => (name === undefined ? [] : [name])));
    },
  };
}

/** A run kept in the browser is written where it stays. */
function browserPlace(id: RunId): OutputPlace {
  return {
    kind: "browser",
    name: id,
    output: opfsOutput(runFolder(id)),
    folder: opfsFolder(runFolder(id)),
    inTheWay: async () => [],
    clear: () => removeOpfs(runFolder(id)),
  };
}

/** Locks are let go of by the browser when a worker ends in whatever way. */
function holdLock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

/** Names of the folders in a folder of the origin private file system. */
async function opfsFolders(path: string): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(path, { create: true });
  const names: string[] = [];
  for await (const [name, { kind }] of folder.entries()) if (kind === "directory") names.push(name);
  return names;
}
