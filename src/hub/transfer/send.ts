import type { Bytes } from "../../base/bytes";
import { isHub, type Line } from "./line";

/**
 * One request, clean: no referrer (the Hub refuses some), no cookies, and no token to any server but the Hub, whatever
 * the caller put in. Bytes from file servers stay out of the HTTP cache: their addresses are signed anew each hour, so
 * that nothing would ever be found there again.
 */
export function send(line: Line, url: URL, init: RequestInit, signal: AbortSignal): Promise<Response> {
  const headers = new Headers(init.headers);
  const own = isHub(line, url);
  if (!own) headers.delete("Authorization");
  return line.fetch(url, {
    ...init,
    headers,
    signal,
    credentials: "omit",
    referrerPolicy: "no-referrer",
    ...(own ? {} : { cache: "no-store" }),
  });
}

/** The address a fetch was called with. */
export function addressOf(input: RequestInfo | URL): URL {
  return new URL(input instanceof Request ? input.url : input);
}

/** The header with the token, if a request was to carry one. */
export function signInOf(init: RequestInit): Readonly<Record<string, string>> {
  const authorization = new Headers(init.headers).get("Authorization");
  return authorization === null ? {} : { Authorization: authorization };
}

/** Lets go of an answer nobody will read. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}

/** An answer whose body was read, as an answer again: what the client expects of fetch, with the address it came from. */
export function restate(response: Response, body: Bytes): Response {
  const empty = response.status === 204 || response.status === 304;
  const { status, statusText, headers } = response;
  const restated = new Response(empty ? null : body, { status, statusText, headers });
  return Object.defineProperty(restated, "url", { value: response.url });
}
