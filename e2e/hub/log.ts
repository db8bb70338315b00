import type { IncomingHttpHeaders } from "node:http";
import type { OriginName } from "./request";

/** A request that came, and what became of it. */
export interface LogEntry {
  readonly origin: OriginName;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
}

/** Every request to the three servers, in the order they were answered. */
export class Log {
  #entries: LogEntry[] = [];

  add(entry: LogEntry): void {
    this.#entries.push(entry);
  }

  clear(): void {
    this.#entries = [];
  }

  /** Entries of one server, or of all. */
  entries(origin?: OriginName): readonly LogEntry[] {
    return this.#entries.filter((entry) => origin === undefined || entry.origin === origin);
  }

  preflights(): readonly LogEntry[] {
    return this.#entries.filter(({ method }) => method === "OPTIONS");
  }
}
