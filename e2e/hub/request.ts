import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

export type OriginName = "hub" | "cdn" | "cas";

/** A request as the endpoints see it. */
export interface Asked {
  readonly origin: OriginName;
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** The path's parts, each decoded by itself: `%2F` inside a part does not split it. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What follows `Bearer `. */
  readonly token: string | undefined;
  readonly body: string;
}

export async function readRequest(origin: OriginName, message: IncomingMessage): Promise<Asked> {
  const { method = "GET", url = "/", headers } = message;
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return {
    origin,
    method,
    url,
    parts: path.split("/").slice(1).map(decodeURIComponent),
    query: new URLSearchParams(query),
    headers,
    token: /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1],
    body: Buffer.concat(chunks).toString(),
  };
}
