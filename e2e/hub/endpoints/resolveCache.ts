import { commitOf, fileOf, openRepositoryOf } from "../access";
import { serve } from "../ranges";
import type { Endpoint } from "../routes";

/** `GET /api/resolve-cache/models/{id}/{sha}/{path}`: the bytes of a file in git. */
export const resolveCache: Endpoint = {
  methods: ["GET", "HEAD"],
  pattern: "/api/resolve-cache/models/:id/:rev/*path",
  answer(asked, { id, rev, path }, world) {
    const commit = commitOf(openRepositoryOf(asked, id, world), rev);
    const file = fileOf(commit, path);
    return serve(file.inGit, file.oid, asked.headers, { "X-Repo-Commit": commit.sha });
  },
};
