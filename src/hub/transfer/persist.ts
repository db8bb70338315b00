import { AwaseError } from "../../base/errors";
import { hubError, hubNote } from "../errors";
import { FLEETING_STATUSES, MAX_WAITS, retryDelay, waitSeconds } from "./backoff";
import { isHub, type Line, storageBlocked } from "./line";
import { discard, send } from "./send";
import { StallTimer } from "./stall";

/** Tries of a request that gets no answer, or a fault of the server. */
const TRIES = 5;
/** Tries of a request whose answers break off, or are not what was asked. */
const BROKEN_TRIES = 3;

/** A question to a server that is asked until it is answered well. */
export interface Exchange<T> {
  readonly url: URL;
  /** Built anew for each try, because a resumed read asks for less. */
  request(): RequestInit;
  /**
   * Reads an answer, calling `alive` for each piece. Any error but an `AwaseError` means a broken answer, and is followed
   * by another try.
   */
  take(response: Response, alive: () => void): Promise<T>;
  /** Something that grows while tries bring the exchange on: then they are not counted. */
  progress?(): number;
  /** What to say when answers keep breaking off. */
  broken?(): AwaseError;
}

type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "silent" }
  | { readonly kind: "broken" }
  | { readonly kind: "fault"; readonly status: number }
  | { readonly kind: "limited"; readonly headers: Headers };

/**
 * Asks until there is a good answer. Lost connections, stalls, faults of the server and broken bodies are tried again
 * after a growing pause; a 429 makes every call to that server wait as long as it says.
 * @throws {AwaseError} `hub/unreachable`, `hub/storage-blocked`, `hub/server`, `hub/rate-limited`, or what `broken` gives
 */
export async function persist<T>(line: Line, exchange: Exchange<T>, signal?: AbortSignal): Promise<T> {
  const { host, origin } = exchange.url;
  let failures = 0;
  let broken = 0;
  let waits = 0;
  let reached = exchange.progress?.() ?? 0;
  for (;;) {
    const closed = line.gate.remaining(origin, line.clock.now());
    if (closed > 0) await line.clock.sleep(closed, signal);

    const outcome = await attempt(line, exchange, signal);
    if (outcome.kind === "done") return outcome.value;

    if (outcome.kind === "limited") {
      const seconds = waitSeconds(outcome.headers, waits);
      if (++waits > MAX_WAITS) throw hubError("hub/rate-limited", { host, seconds });
      askedToWait(line, origin, seconds);
      continue;
    }
    const progress = exchange.progress?.() ?? 0;
    if (progress > reached) failures = broken = 0;
    reached = progress;
    failures++;
    if (outcome.kind === "broken") broken++;
    if (failures >= TRIES || broken >= BROKEN_TRIES) throw surrender(line, exchange, outcome);
    line.onNote(retrying(host, failures));
    await line.clock.sleep(retryDelay(failures), signal);
  }
}

async function attempt<T>(line: Line, exchange: Exchange<T>, signal?: AbortSignal): Promise<Outcome<T>> {
  signal?.throwIfAborted();
  using stall = new StallTimer(line.stallMs, signal);
  let response: Response;
  try {
    response = await send(line, exchange.url, exchange.request(), stall.signal);
  } catch {
    signal?.throwIfAborted();
    return { kind: "silent" };
  }
  const { status, headers } = response;
  if (status === 429 || FLEETING_STATUSES.has(status)) {
    discard(response);
    return status === 429 ? { kind: "limited", headers } : { kind: "fault", status };
  }
  try {
    stall.alive();
    return { kind: "done", value: await exchange.take(response, () => stall.alive()) };
  } catch (error) {
    discard(response);
    signal?.throwIfAborted();
    if (error instanceof AwaseError) throw error;
    return { kind: "broken" };
  }
}

function askedToWait(line: Line, origin: string, seconds: number): void {
  const { host } = new URL(origin);
  const now = line.clock.now();
  const isKnown = line.gate.remaining(origin, now) > 0; // requests that were under way are turned down as well
  line.gate.close(origin, now + seconds * 1000);
  if (isKnown) return;
  line.lanes.data.narrow();
  line.onNote(hubNote("hub/waiting", { host, seconds }));
}

function retrying(host: string, failures: number) {
  return hubNote("hub/retrying", { host, try: failures + 1, tries: TRIES });
}

function surrender<T>(line: Line, exchange: Exchange<T>, outcome: Outcome<T>): AwaseError {
  const { host } = exchange.url;
  if (outcome.kind === "fault") return hubError("hub/server", { host, status: outcome.status });
  if (outcome.kind === "broken" && exchange.broken) return exchange.broken();
  if (isHub(line, exchange.url)) return hubError("hub/unreachable", { host });
  return storageBlocked(line, exchange.url);
}
