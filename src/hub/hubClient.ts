import { Access } from "./access";
import { HubFolder } from "./hubFolder";
import { pin } from "./listing";
import { search } from "./search";
import { type Clock, systemClock } from "./transfer/clock";
import { hubHost, openLine } from "./transfer/line";
import type { Hub, HubNote } from "./types";

export interface HubOptions {
  /** Base of the Hub, e.g. `https://huggingface.co`; a trailing slash is dropped. */
  readonly hubUrl: string;
  readonly fetch?: typeof fetch;
  /** `hf_…`; kept in memory, sent to the Hub alone, and there only for models that do not open without it. */
  readonly token?: string;
  readonly onNote?: (note: HubNote) => void;
  readonly clock?: Clock;
  /** Milliseconds without a byte after which a request is given up and made again. */
  readonly stallMs?: number;
}

const STALL_MS = 30_000;

/** A Hub to search and read. @throws {AwaseError} `hub/bad-token` */
export function createHub(options: HubOptions): Hub {
  const { token, onNote = () => {}, clock = systemClock, stallMs = STALL_MS } = options;
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const line = openLine({ hubUrl: options.hubUrl.replace(/\/+$/, ""), fetch, clock, stallMs, onNote });
  const access = new Access(token, hubHost(line), onNote);
  return {
    search: (query, signal) => line.lanes.lists.run(() => search(line, query, signal), signal),
    resolve: (repo, revision, signal) => {
      const call = { repo, signal, ...(revision !== undefined && { revision }) };
      return line.lanes.lists.run(() => access.open(repo, (token) => pin(line, call, token)), signal);
    },
    folder: (model) => new HubFolder(line, access, model),
  };
}
