import { createHash } from "node:crypto";
import { bytesContent, type Content, gitOid, sha256 } from "./content";

/** Where the Hub keeps a file: in git, in LFS storage, or in Xet storage (with LFS pointers in git). */
export type Storage = "git" | "lfs" | "xet";

/** A file at a path of a repository. Hashes are computed when first asked for: some files are huge. */
export class StoredFile {
  #sha256: string | undefined;
  #oid: string | undefined;

  constructor(
    readonly content: Content,
    readonly storage: Storage,
  ) {}

  get sha256(): string {
    this.#sha256 ??= sha256(this.content);
    return this.#sha256;
  }

  /** What git itself holds. */
  get inGit(): Content {
    if (this.storage === "git") return this.content;
    return bytesContent(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${this.sha256}\nsize ${this.content.size}\n`,
    );
  }

  get oid(): string {
    this.#oid ??= gitOid(this.inGit);
    return this.#oid;
  }

  /** Stands in for the Merkle hash of the chunks: unlike the sha256, and unique. */
  get xetHash(): string {
    return createHash("sha256").update(`xet ${this.sha256}`).digest("hex");
  }

  /** Etag on the file server: the Xet hash there, and for LFS something of the storage provider's own. */
  get storageEtag(): string {
    return this.storage === "xet" ? this.xetHash : createHash("md5").update(this.sha256).digest("hex");
  }
}
