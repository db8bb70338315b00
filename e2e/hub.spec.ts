import { createHash } from "node:crypto";
import { type Browser, chromium, expect, type Page, test } from "@playwright/test";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium";
import type * as entry from "./hub/browserEntry";
import * as faults from "./hub/faults";
import { startModelHub } from "./hub/fixture";
import type { LocalHub } from "./hub/server";
import { HUB_NAME, namedUrl, startStranger, waysAstray } from "./hub/stranger";
import { serveTestPage } from "./hub/testPage";

declare global {
  var hubEntry: typeof entry;
}

/** What only a browser shows: preflights, redirects across origins, headers that a page may not read. */
let browser: Browser;
let site: Awaited<ReturnType<typeof serveTestPage>>;
let hub: LocalHub;
let page: Page;

test.beforeAll(async () => {
  site = await serveTestPage();
  const names = `--host-resolver-rules=MAP ${HUB_NAME} 127.0.0.1, MAP *.example 127.0.0.1`;
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS, names] });
});
test.afterAll(async () => {
  await browser.close();
  site.close();
});
test.beforeEach(async () => {
  hub = await startModelHub();
  page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.goto(site.url);
  await page.waitForFunction(() => globalThis.hubEntry !== undefined);
});
test.afterEach(async () => {
  await page.close();
  await hub.close();
});

interface Reading {
  /** Absent: the local Hub's own. */
  readonly hubUrl?: string;
  readonly repo: string;
  readonly path: string;
  readonly token?: string;
}

interface Outcome {
  readonly sha256?: string;
  readonly code?: string;
  readonly waits: readonly unknown[];
}

/** Reads a file whole with our client in the page, on a clock that does not wait. */
function read(reading: Reading): Promise<Outcome> {
  return page.evaluate(
    async ({ hubUrl, repo, path, token }) => {
      const waits: unknown[] = [];
      let ahead = 0;
      const ours = globalThis.hubEntry.createHub({
        hubUrl,
        ...(token !== undefined && { token }),
        stallMs: 2000,
        clock: {
          now: () => Date.now() + ahead,
          sleep: async (ms) => {
            ahead += ms;
          },
        },
        onNote: ({ code, facts }) => code === "hub/waiting" && waits.push(facts.seconds),
      });
      try {
        const source = await ours.folder(await ours.resolve(repo)).open(path);
        await source.read(0, 1);
        const bytes = await source.read(0, source.size);
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        return { waits, sha256: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
      } catch (error) {
        return { waits, code: (error as { code?: string }).code ?? String(error) };
      }
    },
    { hubUrl: hub.url, ...reading },
  );
}

/** Reads bytes 10 to 20 of a file with the bare client in the page. */
function readBare({ repo, path, token }: Reading): Promise<number[] | string> {
  return page.evaluate(
    async ({ hubUrl, repo, path, token }) => {
      try {
        const options = { repo, path, hubUrl, xet: false, ...(token !== undefined && { accessToken: token }) };
        const blob = await globalThis.hubEntry.bare.downloadFile(options);
        return [...new Uint8Array((await blob?.slice(10, 20).arrayBuffer()) ?? new ArrayBuffer())];
      } catch (error) {
        return String(error);
      }
    },
    { hubUrl: hub.url, repo, path, ...(token !== undefined && { token }) },
  );
}

function published({ repo, path }: Reading): Buffer {
  const content = hub.repository(repo).head.files.get(path)?.content;
  return Buffer.from(content?.read(0, content.size) ?? []);
}

function rightHash(reading: Reading): string {
  return createHash("sha256").update(published(reading)).digest("hex");
}

const XET = { repo: "acme/xet", path: "model.safetensors" };
const LFS = { repo: "acme/lfs", path: "model.safetensors" };
const GIT = { repo: "acme/git", path: "model-00001-of-00004.safetensors" };
const EVER = Number.POSITIVE_INFINITY;

for (const reading of [GIT, LFS, XET]) {
  test(`the bare client and ours read ${reading.repo} from another origin without a preflight`, async () => {
    expect(await readBare(reading)).toEqual([...published(reading).subarray(10, 20)]);
    expect((await read(reading)).sha256).toBe(rightHash(reading));
    expect(hub.log.preflights()).toEqual([]);
  });
}

test("no referrer and no cookie leaves the page, and a file server is told no origin", async () => {
  await read(XET);
  for (const { headers } of hub.log.entries()) {
    expect(headers.referer).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
  }
  expect(hub.log.entries("cdn")[0]?.headers.origin).toBe("null");
});

test("a token is shown to the Hub alone; the bare client fails where it would show it to the file server", async () => {
  const token = "hf_member";
  for (const path of ["model.safetensors", "config.json"]) {
    const reading = { repo: "acme/private", path, token };
    expect((await read(reading)).sha256).toBe(rightHash(reading));
  }
  expect(hub.log.preflights().map(({ origin }) => origin)).toContain("hub");
  for (const { method, headers } of hub.log.entries("cdn")) {
    expect(method).toBe("GET");
    expect(headers.authorization).toBeUndefined();
  }
  expect(await readBare({ ...LFS, token })).toContain("Failed to fetch");
});

for (const tls of [false, true]) {
  test(`the token stays with a Hub ${tls ? "behind TLS" : "without TLS"} that sends elsewhere`, async () => {
    await hub.close();
    hub = await startModelHub({ tls });
    const stranger = await startStranger();
    const reading = { hubUrl: namedUrl(hub), repo: "acme/private", path: "model.safetensors", token: "hf_member" };
    expect((await read(reading)).sha256).toBe(rightHash(reading));
    const { port } = new URL(hub.url);
    const otherScheme = {
      name: "the other scheme",
      location: `${tls ? "http" : "https"}://${HUB_NAME}:${port}/x`,
      leads: false,
    };
    for (const { name, location, leads } of [...waysAstray(hub, stranger), otherScheme]) {
      for (const match of [/revision/, /resolve\//]) {
        hub.log.clear();
        stranger.clear();
        // Who shows no token is turned away as ever.
        const fault: faults.Fault = (answer) => (answer.status === 401 ? answer : faults.moved(location)(answer));
        hub.fault({ on: "hub", match, times: EVER, fault });
        expect(await read(reading)).toMatchObject({ code: expect.stringMatching(/^hub\//) });
        hub.mend();
        const members = hub.log.entries("hub").filter(({ headers }) => headers.authorization === "Bearer hf_member");
        expect(members.length).toBeGreaterThan(0);
        const others = [...stranger.asked, ...hub.log.entries("cdn"), ...hub.log.entries("cas")];
        expect(others.filter((request) => JSON.stringify(request).includes("hf_member"))).toEqual([]);
        expect({ name, reached: stranger.asked.length > 0 }).toEqual({ name, reached: leads });
      }
    }
    await stranger.close();
  });
}

test("bytes arrive whole through faults of the line", async () => {
  const spoiled: faults.Fault[] = [
    faults.drop,
    faults.reset(30_000),
    faults.overlong(50),
    faults.cut(30_000),
    faults.cut(0, "chunked"),
    faults.hang(30_000),
    faults.ignoreRange,
    faults.gzip,
    faults.status(500),
    faults.status(403),
  ];
  for (const fault of spoiled) {
    hub.fault({ on: "cdn", fault: (answer) => answer }); // the first byte, by which the file's place is found
    hub.fault({ on: "cdn", fault: (answer) => answer });
    hub.fault({ on: "cdn", fault });
    expect(await read(XET)).toEqual({ waits: [], sha256: rightHash(XET) });
    hub.mend();
  }
});

test("waits when it may not read how long, and as long as it is told when it may", async () => {
  const fault = faults.status(429, { RateLimit: '"api";r=0;t=55' });
  hub.fault({ on: "hub", match: /tree/, fault });
  expect(await read(XET)).toEqual({ waits: [15], sha256: rightHash(XET) });
  hub.cors.hub.exposed = [...hub.cors.hub.exposed, "RateLimit"];
  hub.fault({ on: "hub", match: /tree/, fault });
  expect((await read(XET)).waits).toEqual([56]);
});

test("tells a Hub that keeps pages out from a file server that does", async () => {
  hub.cors.cdn.allowOrigin = new URL(site.url).origin; // right for the page, but not after a redirect
  expect((await read(XET)).code).toBe("hub/storage-blocked");
  hub.cors.cdn.allowOrigin = null;
  expect((await read(XET)).code).toBe("hub/storage-blocked");
  hub.cors.hub.allowOrigin = null;
  expect((await read(XET)).code).toBe("hub/unreachable");
});

test("tells a gate from a missing model by headers that a page may read", async () => {
  expect((await read({ repo: "acme/gated", path: "config.json" })).code).toBe("hub/gated-signin");
  expect((await read({ repo: "acme/gated", path: "config.json", token: "hf_stranger" })).code).toBe("hub/gated-ask");
  expect((await read({ repo: "acme/nowhere", path: "config.json" })).code).toBe("hub/not-found");
});

test("a file server that answers nothing for ever is named", async () => {
  hub.fault({ on: "cdn", times: EVER, fault: faults.drop });
  expect((await read(LFS)).code).toBe("hub/storage-blocked");
});
