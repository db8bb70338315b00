import { commitOf, openRepositoryOf } from "../access";
import { json, refuse } from "../answer";
import { serve } from "../ranges";
import type { Endpoint } from "../routes";
import { isSigned, sign } from "../signature";
import { CHUNK_BYTES, chunkStart, xorbOf } from "../xorb";

const READ_TOKEN = "xet_read";

/** `GET /api/models/{id}/xet-read-token/{rev}` on the Hub: leave to ask the content-addressed store. */
export const xetReadToken: Endpoint = {
  methods: ["GET"],
  pattern: "/api/models/:id/xet-read-token/:rev",
  answer(asked, { id, rev }, world) {
    commitOf(openRepositoryOf(asked, id, world), rev);
    const exp = Math.floor(world.clock.now() / 1000) + world.signatureSeconds;
    return json({ accessToken: READ_TOKEN, casUrl: world.urls.cas, exp });
  },
};

/** `GET /v2/reconstructions/{hash}` on the store: which chunks make up the bytes in `Range`, and where they are. */
export const reconstruction: Endpoint = {
  methods: ["GET"],
  pattern: "/v2/reconstructions/:rev",
  answer(asked, { rev: hash }, world) {
    if (asked.token !== READ_TOKEN) throw refuse(401, "token is not valid");
    const content = world.stored.get(hash)?.content;
    if (!content) throw refuse(404, "no such file");
    const [, from = "0", to = String(content.size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? "") ?? [];
    const [start, end] = [Number(from), Math.min(Number(to) + 1, content.size)];
    if (start >= end) throw refuse(416, "range outside the file");

    const chunks = { start: Math.floor(start / CHUNK_BYTES), end: Math.ceil(end / CHUNK_BYTES) };
    const bytes = { start: chunkStart(content, chunks.start), end: chunkStart(content, chunks.end) - 1 };
    const expires = world.clock.now() + world.signatureSeconds * 1000;
    const url = world.urls.cdn + sign(`/xorb/default/${hash}`, expires, `${bytes.start}-${bytes.end}`);
    const unpacked = Math.min(chunks.end * CHUNK_BYTES, content.size) - chunks.start * CHUNK_BYTES;
    return json({
      terms: [{ hash, unpacked_length: unpacked, range: chunks }],
      xorbs: { [hash]: [{ url, ranges: [{ chunks, bytes }] }] },
      offset_into_first_range: start - chunks.start * CHUNK_BYTES,
    });
  },
};

/** `GET /xorb/default/{hash}` on the file server: bytes of a xorb, those that were signed for and no others. */
export const xorb: Endpoint = {
  methods: ["GET"],
  pattern: "/xorb/default/:rev",
  answer(asked, { rev: hash }, { stored, clock }) {
    const [address = ""] = asked.url.split("?");
    const content = stored.get(hash)?.content;
    const signed = asked.query.get("X-Xet-Signed-Range");
    const isGranted = isSigned(address, asked.query, clock.now()) && asked.headers.range === `bytes=${signed}`;
    if (!content || !isGranted) throw refuse(403, "access denied");
    return serve(xorbOf(content), hash, asked.headers);
  },
};
