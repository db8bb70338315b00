import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** New for each process: signed addresses do not outlive it. */
const secret = randomBytes(32);

/** A path with `Expires` and `Signature`, good until then; with `range`, for those bytes of it alone. */
export function sign(path: string, expires: number, range = ""): string {
  const seconds = String(Math.floor(expires / 1000));
  const query = new URLSearchParams({ Expires: seconds, Signature: mac(path, seconds, range), "Key-Pair-Id": "LOCAL" });
  if (range) query.set("X-Xet-Signed-Range", range);
  return `${path}?${query}`;
}

/** Whether a path and query were signed here and are still good. */
export function isSigned(path: string, query: URLSearchParams, now: number): boolean {
  const expires = query.get("Expires") ?? "";
  const expected = Buffer.from(mac(path, expires, query.get("X-Xet-Signed-Range") ?? ""));
  const given = Buffer.from(query.get("Signature") ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected) && now < Number(expires) * 1000;
}

function mac(path: string, expires: string, range: string): string {
  return createHmac("sha256", secret).update(`${path} ${expires} ${range}`).digest("base64url");
}
