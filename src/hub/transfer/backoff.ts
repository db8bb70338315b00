/** Answers that may be better the next time. 429 is handled apart. */
export const FLEETING_STATUSES: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/** Seconds to wait on the first, second, … 429 that does not say how long. */
const WAITS = [15, 30, 60, 120, 300] as const;

/** How often a call waits for a server that asks it to. */
export const MAX_WAITS = WAITS.length;

/** The Hub counts requests in windows of this many seconds, so that no wait need be longer. */
const WINDOW_SECONDS = 300;

/** Milliseconds before try `failures + 1`: a second doubling to eight, and up to a quarter more so that tabs spread out. */
export function retryDelay(failures: number): number {
  return Math.min(8, 2 ** (failures - 1)) * 1000 * (1 + Math.random() / 4);
}

/**
 * Seconds that a 429 asks us to wait. `RateLimit: "api";r=0;t=55` names the end of the window when nothing remains, but a
 * page may not read it unless the Hub exposes it; then each wait is longer than the last.
 * @param waits how often this call has waited already
 */
export function waitSeconds(headers: Headers, waits: number): number {
  const limit = headers.get("RateLimit") ?? "";
  const reset = /;\s*r=0\s*(?:;|$)/.test(limit) ? /;\s*t=(\d+)/.exec(limit)?.[1] : undefined;
  const seconds = reset ? Number(reset) + 1 : WAITS[Math.min(waits, WAITS.length - 1)];
  return Math.min(seconds ?? WINDOW_SECONDS, WINDOW_SECONDS);
}

/** Remembers which servers asked us to wait, for all calls together. */
export class RateGate {
  readonly #closedUntil = new Map<string, number>();

  close(origin: string, until: number): void {
    this.#closedUntil.set(origin, Math.max(until, this.#closedUntil.get(origin) ?? 0));
  }

  /** Milliseconds until requests to this origin are welcome. */
  remaining(origin: string, now: number): number {
    return Math.max(0, (this.#closedUntil.get(origin) ?? 0) - now);
  }
}
