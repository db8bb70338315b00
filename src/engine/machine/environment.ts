import type { Device } from "../../compute/device";
import type { BlockStore } from "../../io/store/blockStore";
import type { Folder, OutputFolder } from "../../io/types";
import type { RunId } from "../protocol/ids";
import type { EngineSettings, StorageFacts } from "../protocol/protocol";
import type { Hasher } from "./hashing";
import type { RecordStore } from "./recordKinds";

/** What the session needs of the machine it runs on: a browser's worker, Node, or a test. */
export interface Environment {
  readonly records: RecordStore;
  /** Keeps what was fetched from the Hub; absent: it is fetched each time. */
  readonly blocks?: BlockStore;
  /** For models that do not open without one. Sent to the Hub and nobody else. */
  readonly hubToken?: string;
  openDevice(settings: EngineSettings): Promise<Device>;
  /** Where run `id` writes: kept here, or in a folder the user picked. */
  place(id: RunId, directory?: FileSystemDirectoryHandle): Promise<OutputPlace>;
  /** Runs that have files here, whether anybody knows of them or not. */
  runs(): Promise<readonly RunId[]>;
  /** Files of a kept result, as the browser's own files, to be downloaded. */
  resultFiles(id: string): Promise<readonly { readonly path: string; readonly file: File }[]>;
  hasher(): Promise<Hasher>;
  space(): Promise<Omit<StorageFacts, "cache">>;
  /** Asks that kept data is not thrown away when disk space runs short. */
  persist(): Promise<boolean>;
  /** Takes a name that only one session at a time can have; gives what lets go of it, or `undefined` when another has it. */
  hold(name: string): Promise<(() => void) | undefined>;
  /** Names held, by this session or by others. */
  held(): Promise<ReadonlySet<string>>;
}

/** A place where one run makes its output folder. */
export interface OutputPlace {
  readonly kind: "browser" | "directory";
  /** What the user calls it. */
  readonly name: string;
  /** Files are made here. */
  readonly output: OutputFolder;
  /** Reads the files closed so far, until they are delivered. */
  readonly folder: Folder;
  /** Files that stand where the run wants to write and would be taken for a part of its model. */
  inTheWay(paths: readonly string[]): Promise<readonly string[]>;
  /** How a closed file gets to where it shall be in the end. Absent: it is there already. */
  readonly delivery?: {
    /** Reads the files where they shall be in the end. */
    readonly target: Pick<Folder, "list">;
    copy(path: string, signal?: AbortSignal): Promise<void>;
    /** Drops the staged file, once the journal knows of its copy. */
    dropStaged(path: string): Promise<void>;
    /** Takes a delivered file away again. */
    takeBack(path: string): Promise<void>;
  };
  /** Takes away everything the run has made; `paths` are all it may have made. */
  clear(paths: readonly string[]): Promise<void>;
}
