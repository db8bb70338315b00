import { commitOf, repositoryOf } from "../access";
import { json } from "../answer";
import { modelEntry } from "../entries";
import type { Endpoint } from "../routes";

/** `GET /api/models/{id}`: the model at the head of its main branch. */
export const info: Endpoint = {
  methods: ["GET", "HEAD"],
  pattern: "/api/models/:id",
  answer(asked, { id }, world) {
    const repository = repositoryOf(asked, id, world);
    return json(modelEntry(repository, repository.head, asked));
  },
};

/** `GET /api/models/{id}/revision/{rev}`. */
export const infoAtRevision: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/revision/:rev",
  answer(asked, { id, rev }, world) {
    const repository = repositoryOf(asked, id, world);
    return json(modelEntry(repository, commitOf(repository, rev), asked));
  },
};
