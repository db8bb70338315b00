import { commitOf, repositoryOf } from "../access";
import { json, refuse } from "../answer";
import { fileEntry, folderEntry, foldersOf, lastCommit } from "../entries";
import type { Endpoint } from "../routes";

/** `POST /api/models/{id}/paths-info/{rev}`: entries for some paths; missing ones are left out. */
export const pathsInfo: Endpoint = {
  methods: ["POST"],
  pattern: "/api/models/:id/paths-info/:rev",
  answer(asked, { id, rev }, world) {
    const commit = commitOf(repositoryOf(asked, id, world), rev);
    const { paths, expand } = wanted(asked.body);
    const folders = new Set(foldersOf([...commit.files.keys()]));
    const extra = expand ? lastCommit(commit) : {};
    const entries = paths.flatMap((path) => {
      const file = commit.files.get(path);
      if (file) return [fileEntry(path, file)];
      return folders.has(path) ? [folderEntry(path)] : [];
    });
    return json(entries.map((entry) => ({ ...entry, ...extra })));
  },
};

function wanted(body: string): { paths: string[]; expand: boolean } {
  const { paths, expand }: { paths?: unknown; expand?: unknown } = JSON.parse(body);
  if (!Array.isArray(paths)) throw refuse(400, "paths must be a list");
  return { paths: paths.map(String), expand: expand === true };
}
