import { type Answer, Refusal } from "../answer";
import { bytesContent } from "../content";
import { serve } from "../ranges";
import type { Endpoint } from "../routes";
import { isSigned } from "../signature";

/** `GET /{xet-bridge-us|lfs}/{repo}/{name}?Expires&Signature` on the file server. */
export const fileServer: Endpoint = {
  methods: ["GET", "HEAD"],
  pattern: "/:rev/*path",
  answer(asked, { path }, { stored, clock }) {
    const [address = ""] = asked.url.split("?");
    const file = stored.get(path.split("/").at(-1) ?? "");
    if (!file || !isSigned(address, asked.query, clock.now())) throw new Refusal(forbidden);
    return serve(file.content, file.storageEtag, asked.headers, {
      "X-Cache": "Hit from cloudfront",
      "Cache-Control": "max-age=31536000",
    });
  },
};

const forbidden: Answer = {
  status: 403,
  headers: { "Content-Type": "application/xml" },
  body: bytesContent("<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>"),
};
