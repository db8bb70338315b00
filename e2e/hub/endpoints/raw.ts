import { commitOf, fileOf, openRepositoryOf } from "../access";
import { serve } from "../ranges";
import type { Endpoint } from "../routes";

/** `GET /{id}/raw/{rev}/{path}`: what git holds, which for weights is a pointer. */
export const raw: Endpoint = {
  methods: ["GET", "HEAD"],
  pattern: "/:id/raw/:rev/*path",
  answer(asked, { id, rev, path }, world) {
    const commit = commitOf(openRepositoryOf(asked, id, world), rev);
    const file = fileOf(commit, path);
    return serve(file.inGit, file.oid, asked.headers, { "X-Repo-Commit": commit.sha });
  },
};
