import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdir, readdir, statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Device } from "../../compute/device";
import type { DevicePreference } from "../../compute/preference";
import type { Environment, OutputPlace } from "../../engine/machine/environment";
import type { Hasher } from "../../engine/machine/hashing";
import { type RecordKinds, recordStore } from "../../engine/machine/recordKinds";
import { memoryRecords, type Records } from "../../engine/machine/records";
import { filesInTheWay } from "../../engine/runs/outputFiles";
import { PART } from "../../io/limits";
import { nodeFolder, nodeOutput } from "../../io/node";
import { BlockStore } from "../../io/store/blockStore";
import { fileRecords } from "./fileRecords";
import { jsonRecords } from "./jsonRecords";
import { nodeBlockTable } from "./nodeBlockTable";
import { openNodeDevice } from "./nodeDevice";
import { removeHalfWritten } from "./replaceFile";

/** The journal lies in the output folder: the same `--out` finds the run again. */
export const JOURNAL_FILE = ".awase-journal.json";

export interface OutputOptions {
  /** The output folder, absolute. */
  readonly folder: string;
  /** Whether files in the way are removed instead of refused. */
  readonly overwrite: boolean;
}

export interface NodeEnvironmentOptions {
  /** Absent: nothing is written but what is kept in `cache`. */
  readonly output?: OutputOptions;
  readonly device: DevicePreference;
  /** Times every kernel: is called with the device once that is open. */
  readonly onTimed?: ((device: Device) => void) | undefined;
  /** Where fetched bytes and measured rates are kept. */
  readonly cache: string;
  /** Sent to the Hub and nobody else. */
  readonly token?: string;
}

/** The session's machine when it lives in Node: files, and WebGPU through Dawn. */
export function nodeEnvironment({ output, device, onTimed, cache, token }: NodeEnvironmentOptions): Environment {
  const held = new Set<string>();
  setMaxListeners(0); // all blocks of a read wait for one signal: many listeners are no leak
  void removeHalfWritten(cache);
  return {
    records: recordStore(<T>(kind: keyof RecordKinds): Records<T> => {
      switch (kind) {
        case "journal":
          return output ? jsonRecords(join(output.folder, JOURNAL_FILE)) : memoryRecords();
        case "result":
          return memoryRecords(); // the output folder is the result
        case "base-values":
          return fileRecords(join(cache, "base-values")); // they hold typed arrays
        case "base-entry":
          return jsonRecords(join(cache, "base-values.json"));
        case "rates":
          return jsonRecords(join(cache, "rates.json"));
        case "listing":
          return jsonRecords(join(cache, "listings.json"));
      }
    }),
    blocks: new BlockStore({
      table: nodeBlockTable(join(cache, "blocks")),
      storage: { estimate: () => spaceOf(cache), persist: async () => true, persisted: async () => true },
    }),
    ...(token ? { hubToken: token } : {}),
    async openDevice() {
      const opened = await openNodeDevice(device, onTimed !== undefined);
      onTimed?.(opened);
      return opened;
    },
    async place() {
      if (!output) throw new TypeError("This session was opened to measure and has no folder to write to.");
      return nodePlace(output);
    },
    runs: async () => [],
    resultFiles: async () => [],
    hasher: async () => nodeHasher(),
    space: () => spaceOf(output?.folder ?? cache),
    persist: async () => true,
    async hold(name) {
      if (held.has(name)) return undefined;
      held.add(name);
      return () => held.delete(name);
    },
    held: async () => held,
  };
}

/** `$XDG_CACHE_HOME/awase`, or `~/.cache/awase`. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "awase");
}

/** Room on the disk that a folder lies on. */
async function spaceOf(folder: string) {
  await mkdir(folder, { recursive: true });
  const { bavail, blocks, bsize } = await statfs(folder);
  return { usage: (blocks - bavail) * bsize, quota: blocks * bsize, persisted: true };
}

function nodePlace({ folder, overwrite }: OutputOptions): OutputPlace {
  const output = nodeOutput(folder);
  return {
    kind: "directory",
    name: basename(folder),
    output,
    folder: nodeFolder(folder),
    async inTheWay(paths) {
      // What is left of a file that was never closed is in the way as the file itself would be.
      const files = (await readdir(folder)).map((name) => (name.endsWith(PART) ? name.slice(0, -PART.length) : name));
      const found = filesInTheWay(files, paths);
      if (!overwrite) return found;
      for (const path of found) await output.remove(path);
      return [];
    },
    async clear(paths) {
      for (const path of paths) await output.remove(path);
    },
  };
}

/** Node's own sha256 is several times faster than one in WebAssembly. */
function nodeHasher(): Hasher {
  const hash = createHash("sha256");
  return {
    update: async (bytes) => void hash.update(bytes),
    digest: async () => hash.digest("hex"),
  };
}
