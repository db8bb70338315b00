import { createHash } from "node:crypto";
import type { Commit, Repository } from "./repository";
import type { Asked } from "./request";
import type { StoredFile } from "./storedFile";

/** A model as the API describes it: everything, or with `expand` only what was asked for. */
export function modelEntry(repository: Repository, commit: Commit, asked: Asked): Record<string, unknown> {
  const { seed, id } = repository;
  const all: Record<string, unknown> = {
    author: id.split("/")[0],
    sha: commit.sha,
    lastModified: commit.date,
    private: seed.private ?? false,
    gated: seed.gated ?? false,
    disabled: seed.disabled ?? false,
    pipeline_tag: "text-generation",
    library_name: "transformers",
    tags: seed.tags ?? [],
    downloads: seed.downloads ?? 0,
    likes: seed.likes ?? 0,
    siblings: [...commit.files.keys()].map((rfilename) => ({ rfilename })),
  };
  const names = { _id: createHash("md5").update(id).digest("hex").slice(0, 24), id };
  const wanted = [...asked.query.getAll("expand"), ...asked.query.getAll("expand[]")];
  if (wanted.length === 0) return { ...names, ...all };
  return { ...names, ...Object.fromEntries(wanted.filter((key) => key in all).map((key) => [key, all[key]])) };
}

/** A file as the tree lists it. */
export function fileEntry(path: string, file: StoredFile): Record<string, unknown> {
  const { size } = file.content;
  return {
    type: "file",
    oid: file.oid,
    size,
    ...(file.storage !== "git" && { lfs: { oid: file.sha256, size, pointerSize: file.inGit.size } }),
    ...(file.storage === "xet" && { xetHash: file.xetHash }),
    path,
  };
}

/** What `expand` adds to an entry. */
export function lastCommit({ sha, title, date }: Commit): Record<string, unknown> {
  return { lastCommit: { id: sha, title, date }, securityFileStatus: { status: "safe" } };
}

/** A folder as the tree lists it. */
export function folderEntry(path: string): Record<string, unknown> {
  return { type: "directory", oid: createHash("sha1").update(`tree ${path}`).digest("hex"), size: 0, path };
}

/** Folders above the files, outermost first. */
export function foldersOf(paths: readonly string[]): string[] {
  const folders = paths.flatMap((path) =>
    path
      .split("/")
      .slice(0, -1)
      .map((_, depth, parts) => parts.slice(0, depth + 1).join("/")),
  );
  return [...new Set(folders)];
}
