import { repositoryOf } from "../access";
import { json } from "../answer";
import type { Commit } from "../repository";
import type { Endpoint } from "../routes";

/** `GET /api/models/{id}/refs[?include_prs=1]`. */
export const refs: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/refs",
  answer(asked, { id }, world) {
    const { branches, tags } = repositoryOf(asked, id, world);
    const isPull = (name: string) => name.startsWith("refs/pr/");
    const named = [...branches];
    return json({
      branches: named.filter(([name]) => !isPull(name)).map(entry("refs/heads/")),
      tags: [...tags].map(entry("refs/tags/")),
      converts: [],
      ...(asked.query.has("include_prs") && {
        pullRequests: named.filter(([name]) => isPull(name)).map(entry("")),
      }),
    });
  },
};

function entry(prefix: string) {
  return ([name, { sha }]: [string, Commit]) => ({ name, ref: prefix + name, targetCommit: sha });
}
