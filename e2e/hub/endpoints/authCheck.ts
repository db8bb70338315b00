import { openRepositoryOf } from "../access";
import { json } from "../answer";
import type { Endpoint } from "../routes";

/** `GET /api/models/{id}/auth-check`: whether this account may read the content, gates included. */
export const authCheck: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/auth-check",
  answer(asked, { id }, world) {
    openRepositoryOf(asked, id, world);
    return json({});
  },
};
