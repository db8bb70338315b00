import { commitOf, repositoryOf } from "../access";
import { page } from "../pages";
import type { Commit } from "../repository";
import type { Endpoint } from "../routes";

const MAX_PAGE = 100;

/** `GET /api/models/{id}/commits/{rev}`: newest first. */
export const commits: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/commits/:rev",
  answer(asked, { id, rev }, world) {
    const history = [...ancestors(commitOf(repositoryOf(asked, id, world), rev))];
    const items = history.map(({ sha, title, date }) => ({ id: sha, title, message: "", date, authors: [] }));
    const limit = Math.min(Number(asked.query.get("limit") ?? MAX_PAGE), MAX_PAGE);
    const answer = page(asked, world.urls.hub, items, limit);
    return { ...answer, headers: { ...answer.headers, "X-Total-Count": String(items.length) } };
  },
};

function* ancestors(head: Commit): Generator<Commit> {
  for (let commit: Commit | undefined = head; commit; commit = commit.parent) yield commit;
}
