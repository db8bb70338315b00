import { createSHA256 } from "../../base/hashes";
import type { Device } from "../../compute/device";
import { openWasmDevice } from "../../compute/devices/wasm/device";
import { MemoryFolder, MemoryOutput } from "../../io/memory";
import type { Folder, OutputFolder } from "../../io/types";
import type { RunId } from "../protocol/ids";
import type { Environment, OutputPlace } from "./environment";
import { recordStore } from "./recordKinds";

export interface MemoryEnvironmentOptions {
  readonly openDevice?: () => Promise<Device>;
  /** Stands between the run and its files, to break them. */
  readonly wrapOutput?: (output: OutputFolder) => OutputFolder;
  readonly quota?: number;
}

/** A machine in memory, for tests: what it keeps outlives a session, so that a second one can go on after the first. */
export class MemoryEnvironment implements Environment {
  records = recordStore();
  readonly outputs = new Map<RunId, MemoryOutput>();
  readonly #locks = new Set<string>();
  /** Replaced by a test between two sessions. */
  options: MemoryEnvironmentOptions;

  constructor(options: MemoryEnvironmentOptions = {}) {
    this.options = options;
  }

  openDevice = async (): Promise<Device> =>
    this.options.openDevice?.() ?? openWasmDevice({ reason: "A test asks for it." });

  place = async (id: RunId): Promise<OutputPlace> => {
    const output = this.outputs.get(id) ?? new MemoryOutput(id);
    this.outputs.set(id, output);
    return {
      kind: "browser",
      name: id,
      output: this.options.wrapOutput?.(output) ?? output,
      folder: liveFolder(output),
      inTheWay: async () => [],
      clear: async () => void this.outputs.delete(id),
    };
  };

  runs = async (): Promise<readonly RunId[]> => [...this.outputs.keys()];

  resultFiles = async (id: string) =>
    [...(this.outputs.get(id)?.files ?? [])].map(([path, bytes]) => ({ path, file: new File([bytes], path) }));

  hasher = async () => {
    const hash = await createSHA256();
    return {
      update: async (bytes: Uint8Array) => void hash.update(bytes),
      digest: async () => hash.digest(),
    };
  };

  space = async () => ({ usage: 0, quota: this.options.quota ?? Number.MAX_SAFE_INTEGER, persisted: false });
  persist = async () => false;

  hold = async (name: string) => {
    if (this.#locks.has(name)) return undefined;
    this.#locks.add(name);
    return () => void this.#locks.delete(name);
  };
  held = async (): Promise<ReadonlySet<string>> => this.#locks;

  /** What a crash does: nobody holds anything any more. */
  crash(): void {
    this.#locks.clear();
  }
}

/** The finished files as they are at each call. */
function liveFolder(output: MemoryOutput): Folder {
  const now = () => new MemoryFolder(output.name, output.files);
  return { name: output.name, list: () => now().list(), open: (path) => now().open(path) };
}
