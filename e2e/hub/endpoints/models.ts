import { modelEntry } from "../entries";
import { page } from "../pages";
import type { Endpoint } from "../routes";

const MAX_PAGE = 500;

/** `GET /api/models`: search by words in the name, author and tags; most downloaded first. */
export const models: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models",
  answer(asked, _, { repositories, urls }) {
    const { query } = asked;
    const words = (query.get("search") ?? "").toLowerCase();
    const author = query.get("author");
    const filters = query.getAll("filter");
    const found = [...new Set(repositories.values())]
      .filter(({ seed }) => !seed.private && !seed.disabled)
      .filter(({ id }) => id.toLowerCase().includes(words) && (author === null || id.startsWith(`${author}/`)))
      .filter(({ seed }) => filters.every((tag) => seed.tags?.includes(tag)))
      .sort((a, b) => (b.seed.downloads ?? 0) - (a.seed.downloads ?? 0));
    const limit = Math.min(Number(query.get("limit") ?? MAX_PAGE), MAX_PAGE);
    const items = found.map((repository) => modelEntry(repository, repository.head, asked));
    return page(asked, urls.hub, items, limit);
  },
};
