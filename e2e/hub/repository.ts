import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bytesContent, type Content, diskContent } from "./content";
import { type Storage, StoredFile } from "./storedFile";

/** What a repository of the local Hub starts with. */
export interface RepoSeed {
  /** `org/name`. */
  readonly id: string;
  /** A folder on disk whose files it gets. */
  readonly folder?: string;
  /** More files, or others than the folder's. */
  readonly files?: Readonly<Record<string, Uint8Array | string | Content>>;
  readonly private?: boolean;
  readonly gated?: "auto" | "manual";
  readonly disabled?: boolean;
  /** Names it had before; they are redirected. */
  readonly oldNames?: readonly string[];
  /** Hub tags: `safetensors`, `license:mit`. */
  readonly tags?: readonly string[];
  readonly downloads?: number;
  readonly likes?: number;
  readonly storage?: (path: string) => Storage;
}

export interface Commit {
  readonly sha: string;
  readonly title: string;
  readonly date: string;
  readonly parent: Commit | undefined;
  readonly files: ReadonlyMap<string, StoredFile>;
}

type Change = Uint8Array | string | Content | null;

/** A model repository: commits, branches and tags. */
export class Repository {
  /** Branches, tags and pull requests (`refs/pr/1`) with their commits. */
  readonly branches = new Map<string, Commit>();
  readonly tags = new Map<string, Commit>();
  readonly #commits = new Map<string, Commit>();

  constructor(readonly seed: RepoSeed) {
    const disk = seed.folder ? filesIn(seed.folder) : {};
    this.push({ ...disk, ...seed.files }, { title: "initial commit" });
  }

  get id(): string {
    return this.seed.id;
  }

  get head(): Commit {
    const head = this.branches.get("main");
    if (!head) throw new Error(`${this.id} has no main branch`);
    return head;
  }

  /** Commits changes (null removes a file) to a branch, which is made from main when it is new. */
  push(changes: Readonly<Record<string, Change>>, options: { branch?: string; title?: string } = {}): Commit {
    const { branch = "main", title = "update" } = options;
    const parent = this.branches.get(branch) ?? this.branches.get("main");
    const files = new Map(parent?.files);
    for (const [path, change] of Object.entries(changes)) {
      if (change === null) files.delete(path);
      else files.set(path, this.#stored(path, change));
    }
    const sha = createHash("sha1").update(`${this.id} ${this.#commits.size}`).digest("hex");
    const date = new Date(Date.UTC(2025, 0, 1, 0, this.#commits.size)).toISOString();
    const commit = { sha, title, date, parent, files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))) };
    this.#commits.set(sha, commit);
    this.branches.set(branch, commit);
    return commit;
  }

  /** The commit that a branch, tag, pull request, full or short commit id names. */
  find(revision: string): Commit | undefined {
    const named = this.branches.get(revision === "HEAD" ? "main" : revision) ?? this.tags.get(revision);
    if (named) return named;
    if (!/^[0-9a-f]{7,40}$/.test(revision)) return undefined;
    return [...this.#commits.values()].find(({ sha }) => sha.startsWith(revision));
  }

  #stored(path: string, change: Uint8Array | string | Content): StoredFile {
    const content = typeof change === "string" || change instanceof Uint8Array ? bytesContent(change) : change;
    return new StoredFile(content, (this.seed.storage ?? usualStorage)(path));
  }
}

/** Weights lie in Xet storage today; everything small in git. */
function usualStorage(path: string): Storage {
  return /\.(safetensors|bin|gguf)$/.test(path) ? "xet" : "git";
}

function filesIn(folder: string): Record<string, Content> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1).replaceAll("\\", "/"), diskContent(path)];
    }),
  );
}
