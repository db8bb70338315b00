import { type Answer, json } from "./answer";
import type { Asked } from "./request";

/** A page of a list, with the address of the next in `Link`. The cursor is opaque to clients. */
export function page(asked: Asked, hubUrl: string, items: readonly unknown[], limit: number): Answer {
  const start = Number(Buffer.from(asked.query.get("cursor") ?? "", "base64url").toString()) || 0;
  const end = start + limit;
  if (end >= items.length) return json(items.slice(start));
  const next = new URL(asked.url, hubUrl);
  next.searchParams.set("limit", String(limit));
  next.searchParams.set("cursor", Buffer.from(String(end)).toString("base64url"));
  return json(items.slice(start, end), { Link: `<${next.href}>; rel="next"` });
}
