import type { Answer } from "./answer";
import type { Asked } from "./request";

/** What one of the three servers lets pages of other origins do. Tests may change it. */
export interface Cors {
  /** `echo` repeats the page's origin; anything else is sent as it is; null sends nothing. */
  allowOrigin: "echo" | (string & {}) | null;
  exposed: readonly string[];
  /** Request headers a preflight may name; `any` allows whatever it asks for. */
  allowHeaders: readonly string[] | "any";
}

/** What the Hub lets pages read, as recorded. `RateLimit`, `Retry-After` and `X-Cache` are not among it. */
const EXPOSED_BY_HUB = [
  "X-Repo-Commit",
  "X-Request-Id",
  "X-Error-Code",
  "X-Error-Message",
  "X-Total-Count",
  "ETag",
  "Link",
  "Accept-Ranges",
  "Content-Range",
  "X-Linked-Size",
  "X-Linked-ETag",
  "X-Xet-Hash",
];

export function hubCors(): Cors {
  return { allowOrigin: "echo", exposed: EXPOSED_BY_HUB, allowHeaders: "any" };
}

/** File servers welcome everybody and no request header: neither a token nor a `Range` of an unusual kind. */
export function cdnCors(): Cors {
  return { allowOrigin: "*", exposed: ["*"], allowHeaders: [] };
}

export function casCors(): Cors {
  return { allowOrigin: "*", exposed: ["*"], allowHeaders: "any" };
}

export function corsHeaders(cors: Cors, { headers }: Asked): Record<string, string> {
  if (cors.allowOrigin === null || headers.origin === undefined) return {};
  const echoed = cors.allowOrigin === "echo";
  return {
    "Access-Control-Allow-Origin": echoed ? headers.origin : cors.allowOrigin,
    "Access-Control-Expose-Headers": cors.exposed.join(", "),
    ...(echoed && { Vary: "Origin" }),
  };
}

export function preflight(cors: Cors, { headers }: Asked): Answer {
  const requested = headers["access-control-request-headers"] ?? "";
  return {
    status: 204,
    headers: {
      "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
      "Access-Control-Allow-Headers": cors.allowHeaders === "any" ? requested : cors.allowHeaders.join(", "),
      "Access-Control-Max-Age": "86400",
    },
  };
}
