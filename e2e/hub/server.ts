import { casCors, cdnCors, hubCors } from "./cors";
import { authCheck } from "./endpoints/authCheck";
import { commits } from "./endpoints/commits";
import { fileServer } from "./endpoints/fileServer";
import { info, infoAtRevision } from "./endpoints/info";
import { models } from "./endpoints/models";
import { pathsInfo } from "./endpoints/pathsInfo";
import { raw } from "./endpoints/raw";
import { refs } from "./endpoints/refs";
import { resolve } from "./endpoints/resolve";
import { resolveCache } from "./endpoints/resolveCache";
import { tree, treeSize } from "./endpoints/tree";
import { reconstruction, xetReadToken, xorb } from "./endpoints/xet";
import { type FaultOrder, Faults } from "./faults";
import { Log } from "./log";
import { listen } from "./origin";
import { type RepoSeed, Repository } from "./repository";
import type { OriginName } from "./request";
import { dispatch, type Endpoint } from "./routes";
import { MovableClock, type TokenSeed, type World } from "./world";

export interface HubOptions {
  readonly repositories: readonly RepoSeed[];
  /** By the token itself, `hf_…`. */
  readonly tokens?: Readonly<Record<string, TokenSeed>>;
  /** Entries on a page of a tree; the Hub's is 1000. */
  readonly treePage?: number;
  /** Seconds a signed address is good for; the Hub's is 3600. */
  readonly signatureSeconds?: number;
  /** The Hub itself behind TLS, with a certificate that nobody trusts. */
  readonly tls?: boolean;
}

/** A Hub on this machine: its pages and API, its file server, its content-addressed store, on three origins. */
export interface LocalHub {
  readonly url: string;
  readonly cdnUrl: string;
  readonly log: Log;
  readonly clock: MovableClock;
  /** What each server lets pages do. */
  readonly cors: World["cors"];
  /** @throws when there is none of that name */
  repository(id: string): Repository;
  fault(order: FaultOrder): void;
  /** Ends all faults that were not used up. */
  mend(): void;
  close(): Promise<void>;
}

const ENDPOINTS: { readonly [O in OriginName]: readonly Endpoint[] } = {
  hub: [
    models,
    infoAtRevision,
    tree,
    treeSize,
    pathsInfo,
    refs,
    commits,
    authCheck,
    resolveCache,
    xetReadToken,
    info,
    resolve,
    raw,
  ],
  cdn: [xorb, fileServer],
  cas: [reconstruction],
};

/** Starts a local Hub on free ports of 127.0.0.1. All state is its own. */
export async function startHub(options: HubOptions): Promise<LocalHub> {
  const { tokens = {}, treePage = 1000, signatureSeconds = 3600, tls = false } = options;
  const repositories = new Map<string, Repository>();
  for (const seed of options.repositories) {
    const repository = new Repository(seed);
    for (const name of [seed.id, ...(seed.oldNames ?? [])]) repositories.set(name.toLowerCase(), repository);
  }
  const cors = { hub: hubCors(), cdn: cdnCors(), cas: casCors() };
  const clock = new MovableClock();
  const urls = { hub: "", cdn: "", cas: "" };
  const world: World = { repositories, tokens, clock, urls, cors, treePage, signatureSeconds, stored: new Map() };
  const [log, faults] = [new Log(), new Faults()];
  const start = (name: OriginName) =>
    listen({
      name,
      log,
      faults,
      tls: tls && name === "hub",
      cors: cors[name],
      headers: name === "hub" ? hubHeaders() : () => ({}),
      handle: (asked) => dispatch(ENDPOINTS[name], asked, world),
    });
  const [hub, cdn, cas] = await Promise.all([start("hub"), start("cdn"), start("cas")]);
  Object.assign(urls, { hub: hub.url, cdn: cdn.url, cas: cas.url });
  return {
    url: hub.url,
    cdnUrl: cdn.url,
    log,
    clock,
    cors,
    repository(id) {
      const repository = repositories.get(id.toLowerCase());
      if (!repository) throw new Error(`no repository ${id}`);
      return repository;
    },
    fault: (order) => faults.add(order),
    mend: () => faults.clear(),
    async close() {
      await Promise.all([hub.close(), cdn.close(), cas.close()]);
    },
  };
}

/** What the Hub puts on every answer. */
function hubHeaders(): () => Record<string, string> {
  let request = 0;
  return () => ({
    "X-Request-Id": `Root=local-${++request}`,
    RateLimit: '"api";r=499;t=300',
    "RateLimit-Policy": '"fixed window";"api";q=500;w=300',
  });
}
