import type { AwaseError } from "../../base/errors";
import { hubError } from "../errors";
import type { HubNote } from "../types";
import { RateGate } from "./backoff";
import type { Clock } from "./clock";
import { Limiter } from "./limiter";

/** What all calls to one Hub share. */
export interface Line {
  /** Base of the Hub, without a trailing slash. */
  readonly hubUrl: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Milliseconds without a byte after which a request counts as dead. */
  readonly stallMs: number;
  readonly gate: RateGate;
  readonly lanes: Lanes;
  readonly onNote: (note: HubNote) => void;
}

/** How many requests of a kind run at once. Weights are read by two at most per file on top of this. */
export interface Lanes {
  readonly data: Limiter;
  readonly probes: Limiter;
  readonly lists: Limiter;
}

export const DATA_REQUESTS_PER_FILE = 2;

export function openLine(settings: Omit<Line, "gate" | "lanes">): Line {
  return {
    ...settings,
    gate: new RateGate(),
    lanes: { data: new Limiter(4), probes: new Limiter(8), lists: new Limiter(2) },
  };
}

/** What a call is about: for its error sentences, and to stop it. */
export interface Call {
  readonly repo?: string;
  readonly revision?: string;
  readonly path?: string;
  readonly signal?: AbortSignal | undefined;
}

export function hubHost(line: Line): string {
  return new URL(line.hubUrl).host;
}

/** Whether an address belongs to the Hub itself, the only server that may see a token. */
export function isHub(line: Line, url: string | URL): boolean {
  return new URL(url).origin === new URL(line.hubUrl).origin;
}

/** The Hub answers, but the server at an address it gave does not; `address` is undefined where it cannot be seen. */
export function storageBlocked(line: Line, address: string | URL | undefined): AwaseError {
  const storage = address === undefined ? "" : new URL(address).host;
  return hubError("hub/storage-blocked", { host: hubHost(line), storage });
}
