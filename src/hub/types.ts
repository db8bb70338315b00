import type { Folder } from "../io/types";

/** A file of a model at one commit. */
export interface HubFile {
  /** From the repository's root, `/` between parts. */
  readonly path: string;
  /** Bytes of the file itself, also where git holds only a pointer to it. */
  readonly size: number;
  /** Published sha256, in hex: weights and other files kept outside git. */
  readonly sha256?: string;
  /** Git's blob id, in hex: the file's own for small files, that of the pointer for the others. */
  readonly oid?: string;
  /** Name of the content in the Hub's newer storage; its file servers use it as etag. */
  readonly xetHash?: string;
}

/** A model pinned to a commit. */
export interface HubModel {
  /** The name it has now, which differs from the one asked for after a move. */
  readonly repo: string;
  /** Commit, 40 hex digits. */
  readonly sha: string;
  /** The Hub's licence id, e.g. `apache-2.0`. */
  readonly license?: string;
  /** Whether content is given only to accounts that accepted the model's terms; the list of files is public anyway. */
  readonly gated: boolean;
  readonly files: readonly HubFile[];
}

/** A line of search results. */
export interface HubHit {
  readonly repo: string;
  readonly downloads: number;
  readonly likes: number;
  /** ISO 8601. */
  readonly updated: string;
  readonly gated: boolean;
  readonly parameters?: number;
}

/** Something a person may want to know while a call goes on by itself: a wait, a new try, a sign-in that ended. */
export interface HubNote {
  readonly code: "hub/waiting" | "hub/retrying" | "hub/signed-out";
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** The Hugging Face Hub, as far as a merge needs it. Every failure is an `AwaseError` with a `hub/…` code. */
export interface Hub {
  /** Models with safetensors whose names hold the words, most downloaded first. */
  search(query: string, signal?: AbortSignal): Promise<readonly HubHit[]>;
  /** Pins a model to the commit that a branch, tag or commit names now (default: the main branch) and lists its files. */
  resolve(repo: string, revision?: string, signal?: AbortSignal): Promise<HubModel>;
  /** The files of a pinned model. Each is read by range; one that is read whole is checked against its published hash. */
  folder(model: HubModel): Folder;
}
