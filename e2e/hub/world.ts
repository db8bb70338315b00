import type { Cors } from "./cors";
import type { Repository } from "./repository";
import type { StoredFile } from "./storedFile";

/** What a token may do. */
export interface TokenSeed {
  readonly user: string;
  /** Private repositories it may read. */
  readonly reads?: readonly string[];
  /** Gated repositories its user was let into. */
  readonly granted?: readonly string[];
  /** Milliseconds since 1970 on the Hub's clock; absent: never. */
  readonly expires?: number;
}

/** The Hub's clock, which tests may move on. */
export class MovableClock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  advance(ms: number): void {
    this.#ahead += ms;
  }
}

/** Everything the endpoints know. */
export interface World {
  /** By lower-case name. */
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly tokens: Readonly<Record<string, TokenSeed>>;
  readonly clock: MovableClock;
  /** Bases of the three servers. */
  readonly urls: { readonly hub: string; readonly cdn: string; readonly cas: string };
  readonly cors: { readonly hub: Cors; readonly cdn: Cors; readonly cas: Cors };
  /** Entries on a page of a tree. */
  readonly treePage: number;
  /** Seconds a signed address is good for. */
  readonly signatureSeconds: number;
  /** What the file servers hold, by the last part of its address. */
  readonly stored: Map<string, StoredFile>;
}
