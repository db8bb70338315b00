import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "./answer";
import { type Content, part } from "./content";

/** Serves a file: `Range` (one of them), 416, and the conditions that a browser's cache sends by itself. */
export function serve(
  content: Content,
  etag: string,
  asked: IncomingHttpHeaders,
  extra: Readonly<Record<string, string>> = {},
): Answer {
  const quoted = `"${etag}"`;
  const headers = {
    "Content-Type": "application/octet-stream",
    ETag: quoted,
    "Accept-Ranges": "bytes",
    ...extra,
  };
  if (asked["if-none-match"] === quoted) return { status: 304, headers };

  const ranged = asked["if-range"] === undefined || asked["if-range"] === quoted ? asked.range : undefined;
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(ranged ?? "") ?? [];
  if (first === undefined) return { status: 200, headers, body: content };

  const start = Number(first);
  const end = Math.min(last ? Number(last) + 1 : content.size, content.size);
  if (start >= end) return { status: 416, headers: { ...headers, "Content-Range": `bytes */${content.size}` } };
  return {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${start}-${end - 1}/${content.size}` },
    body: part(content, start, end),
    whole: content,
  };
}
