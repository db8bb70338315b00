import { commitOf, noEntry, repositoryOf } from "../access";
import { json } from "../answer";
import { fileEntry, folderEntry, foldersOf, lastCommit } from "../entries";
import { page } from "../pages";
import type { Endpoint } from "../routes";

/** `GET /api/models/{id}/tree/{rev}[/{path}]`: files and folders, one level or all, page by page. */
export const tree: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/tree/:rev/*path?",
  answer(asked, { id, rev, path }, world) {
    const commit = commitOf(repositoryOf(asked, id, world), rev);
    const root = path === "" ? "" : `${path}/`;
    const recursive = asked.query.get("recursive") === "true";
    const files = [...commit.files].filter(([name]) => name.startsWith(root));
    if (files.length === 0 && root !== "") noEntry(commit, path);

    const isListed = (name: string) => name.startsWith(root) && (recursive || !name.slice(root.length).includes("/"));
    const extra = asked.query.get("expand") === "true" ? lastCommit(commit) : {};
    const entries = [
      ...foldersOf(files.map(([name]) => name))
        .filter(isListed)
        .map((name) => folderEntry(name)),
      ...files.filter(([name]) => isListed(name)).map(([name, file]) => fileEntry(name, file)),
    ];
    const limit = Math.min(Number(asked.query.get("limit") ?? world.treePage), world.treePage);
    return page(
      asked,
      world.urls.hub,
      entries.map((entry) => ({ ...entry, ...extra })),
      limit,
    );
  },
};

/** `GET /api/models/{id}/treesize/{rev}/{path}`: bytes below a folder. */
export const treeSize: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/treesize/:rev/*path?",
  answer(asked, { id, rev, path }, world) {
    const commit = commitOf(repositoryOf(asked, id, world), rev);
    const root = path === "" ? "" : `${path}/`;
    const sizes = [...commit.files].filter(([name]) => name.startsWith(root)).map(([, { content }]) => content.size);
    return json({ path: `/${path}`, size: sizes.reduce((sum, size) => sum + size, 0) });
  },
};
