import dns from "node:dns";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Fault, moved } from "../../e2e/hub/faults";
import { clockOf, startModelHub } from "../../e2e/hub/fixture";
import type { LocalHub } from "../../e2e/hub/server";
import { namedUrl, type Stranger, startStranger, waysAstray } from "../../e2e/hub/stranger";
import { createHub } from "./hubClient";
import type { HubNote } from "./types";

/* What goes over the wire where an answer of the Hub sends elsewhere: the token goes to the Hub and to nobody else. */

const TOKEN = "hf_member";
const EVER = Number.POSITIVE_INFINITY;

let hubs: { readonly plain: LocalHub; readonly tls: LocalHub };
let stranger: Stranger;
beforeAll(async () => {
  hubs = { plain: await startModelHub(), tls: await startModelHub({ tls: true }) };
  stranger = await startStranger();
});
beforeEach(() => {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  // Every name leads to this machine.
  vi.spyOn(dns, "lookup").mockImplementation(((
    _: string,
    options: dns.LookupOptions,
    found: (...answer: unknown[]) => void,
  ) =>
    options.all
      ? found(null, [{ address: "127.0.0.1", family: 4 }])
      : found(null, "127.0.0.1", 4)) as typeof dns.lookup);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  stranger.clear();
  for (const hub of Object.values(hubs)) {
    hub.mend();
    hub.log.clear();
  }
});
afterAll(() => Promise.all([hubs.plain.close(), hubs.tls.close(), stranger.close()]));

/** Spoils what is answered to who shows the token; who does not is turned away as ever. */
const forMembers =
  (fault: Fault): Fault =>
  (answer) =>
    answer.status === 401 ? answer : fault(answer);

/** Does all that is done with a private model, as far as it goes. @returns everything that could be shown or kept of it */
async function tryModel(hub: LocalHub, path: string): Promise<string> {
  const notes: HubNote[] = [];
  const client = createHub({
    hubUrl: namedUrl(hub),
    token: TOKEN,
    clock: clockOf(hub),
    onNote: (note) => notes.push(note),
  });
  const told: unknown[] = [notes];
  try {
    const model = await client.resolve("acme/private");
    told.push(model);
    const source = await client.folder(model).open(path);
    told.push(source.name, source.version);
    for (const [start, end] of [
      [0, 10],
      [10, 20],
      [0, source.size],
    ] as const)
      await source.read(start, end);
  } catch (error) {
    told.push(error instanceof Error ? [error.message, error.stack, { ...error }, error.cause] : error);
  }
  return JSON.stringify(told);
}

function expectSecret(hub: LocalHub, told: string): void {
  expect(told).not.toContain(TOKEN);
  const members = hub.log.entries("hub").filter(({ headers }) => headers.authorization === `Bearer ${TOKEN}`);
  expect(members.length).toBeGreaterThan(0);
  const others = [...stranger.asked, ...hub.log.entries("cdn"), ...hub.log.entries("cas")];
  expect(others.filter((request) => JSON.stringify(request).includes(TOKEN))).toEqual([]);
  for (const { url } of hub.log.entries()) expect(url).not.toContain(TOKEN);
}

const ASKED = [
  ["the model", /revision/, "config.json"],
  ["its files", /tree/, "config.json"],
  ["a file in git", /resolve\//, "config.json"],
  ["weights", /resolve\//, "model.safetensors"],
] as const;

describe.each(["plain", "tls"] as const)("the token stays with a Hub (%s) that sends elsewhere", (kind) => {
  it.each(ASKED)("when asked for %s", async (_, match, path) => {
    const hub = hubs[kind];
    for (const { name, location, leads } of waysAstray(hub, stranger)) {
      stranger.clear();
      hub.mend();
      hub.fault({ on: "hub", match, times: EVER, fault: forMembers(moved(location)) });
      expectSecret(hub, await tryModel(hub, path));
      expect({ name, reached: stranger.asked.length > 0 }).toEqual({ name, reached: leads });
    }
  });

  it("when it is asked for at the same address without TLS", async () => {
    const hub = hubs[kind];
    const { port } = new URL(hub.url);
    const other = `${kind === "tls" ? "http" : "https"}://huggingface.co:${port}/x`;
    hub.fault({ on: "hub", match: /resolve\//, times: EVER, fault: forMembers(moved(other)) });
    expectSecret(hub, await tryModel(hub, "config.json"));
  });
});

describe("the token stays with the Hub", () => {
  it("where the next page of a list is elsewhere", async () => {
    const hub = hubs.plain;
    const next = `<http://huggingface.co.evil.example:${stranger.port}/x>; rel="next"`;
    const elsewhere: Fault = (answer) => ({ ...answer, headers: { ...answer.headers, Link: next } });
    hub.fault({ on: "hub", match: /tree/, times: EVER, fault: forMembers(elsewhere) });
    expectSecret(hub, await tryModel(hub, "config.json"));
    expect(stranger.asked.length).toBeGreaterThan(0);
  });

  it("where a file's description leads to another store", async () => {
    const hub = hubs.plain;
    const [auth, plan] = ["auth", "plan"].map((name) => `http://cas.example:${stranger.port}/${name}`);
    const described: Fault = (answer) => ({
      ...answer,
      status: 200,
      headers: {
        ...answer.headers,
        "Content-Type": "application/vnd.xet-fileinfo+json",
        "X-Xet-Hash": "0".repeat(64),
        Link: `<${auth}>; rel="xet-auth", <${plan}>; rel="xet-reconstruction-info"`,
      },
    });
    hub.fault({ on: "hub", match: /resolve\//, times: EVER, fault: forMembers(described) });
    expectSecret(hub, await tryModel(hub, "model.safetensors"));
    expect(hub.log.entries("cas")).toEqual([]);
  });

  it("and is shown again where the Hub sends to itself", async () => {
    const hub = hubs.plain;
    expectSecret(hub, await tryModel(hub, "config.json"));
    const cached = hub.log.entries("hub").filter(({ url }) => url.startsWith("/api/resolve-cache/"));
    expect(cached.map(({ headers }) => headers.authorization)).toEqual(cached.map(() => `Bearer ${TOKEN}`));
    expect(cached.length).toBeGreaterThan(0);
  });
});
