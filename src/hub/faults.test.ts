import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as faults from "../../e2e/hub/faults";
import { clockOf, startModelHub } from "../../e2e/hub/fixture";
import type { LocalHub } from "../../e2e/hub/server";
import { createHub } from "./hubClient";
import type { HubModel, HubNote } from "./types";

let server: LocalHub;
let model: HubModel;
beforeAll(async () => {
  server = await startModelHub();
  model = await createHub({ hubUrl: server.url }).resolve("acme/xet");
});
afterEach(() => {
  server.mend();
  server.log.clear();
});
afterAll(() => server.close());

/** Long enough never to be met by chance, short enough to be met on purpose. */
const STALL_MS = 300;

function connect(notes: HubNote[] = [], stallMs = STALL_MS) {
  const onNote = (note: HubNote) => void notes.push(note);
  return createHub({ hubUrl: server.url, clock: clockOf(server), stallMs, onNote });
}

/** Reads the weights whole, after their place was found. */
async function readWeights(path = "model.safetensors", notes: HubNote[] = []) {
  const source = await connect(notes).folder(model).open(path);
  return source.read(0, source.size);
}

async function expectWeights(bytes: Uint8Array, path = "model.safetensors") {
  const published = server.repository("acme/xet").head.files.get(path)?.sha256;
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(published);
}

/** Requests for bytes of the file, not the probe before them. */
const WEIGHTS = /xet-bridge/;
const EVER = Number.POSITIVE_INFINITY;

/** Spoils reads at the file server, leaving the probe alone. */
async function withFault(fault: faults.Fault, times = 1, notes: HubNote[] = []): Promise<Uint8Array> {
  const source = await connect(notes).folder(model).open("model.safetensors");
  await source.read(0, 1);
  server.fault({ on: "cdn", match: WEIGHTS, times, fault });
  return source.read(0, source.size);
}

const asked = () => server.log.entries("cdn").map(({ headers }) => headers.range);

describe("a file server with a fault that passes", () => {
  it.each([
    ["no connection", faults.drop],
    ["status 500", faults.status(500)],
    ["status 503", faults.status(503)],
    ["status 408", faults.status(408)],
    ["a connection that breaks at once", faults.reset(0)],
    ["a whole file for a range", faults.ignoreRange],
    ["a 206 without bytes", faults.cut(0)],
    ["a 206 without bytes, chunked", faults.cut(0, "chunked")],
    ["a body that never comes", faults.hang(0)],
    ["bytes compressed on the way", faults.gzip],
  ])("gives the right bytes after %s", async (_, fault) => {
    await expectWeights(await withFault(fault));
  });

  it.each([
    ["a broken connection", faults.reset(50_000)],
    ["a length that promises more", faults.overlong(100)],
    ["a shorter body", faults.cut(50_000)],
    ["a shorter body, chunked", faults.cut(50_000, "chunked")],
    ["a body that stops coming", faults.hang(50_000)],
  ])("goes on after %s", async (_, fault) => {
    await expectWeights(await withFault(fault));
  });

  it.each([
    ["cut", faults.cut(50_000)],
    ["left hanging", faults.hang(50_000)],
  ])("continues a body that was %s at the byte it reached", async (_, fault) => {
    await withFault(fault);
    expect(asked().slice(-2)).toEqual(["bytes=0-96303", "bytes=50000-96303"]);
  });

  it("reads on for ever as long as every try brings a few bytes", async () => {
    await expectWeights(await withFault(faults.cut(4000), EVER));
    expect(asked().length).toBeGreaterThan(24);
  });

  it("gives the right bytes when the range is another than asked for", async () => {
    const source = await connect().folder(model).open("model.safetensors");
    const right = await source.read(1000, 2000);
    server.fault({ on: "cdn", match: WEIGHTS, fault: faults.shift(8) });
    expect(await source.read(1000, 2000)).toEqual(right);
  });

  it("waits when there were too many requests, says so, and goes on", async () => {
    const notes: HubNote[] = [];
    const before = server.clock.now();
    await expectWeights(await withFault(faults.status(429), 2, notes));
    expect(notes.map(({ code, facts }) => [code, facts.seconds])).toEqual([
      ["hub/waiting", 15],
      ["hub/waiting", 30],
    ]);
    expect(server.clock.now() - before).toBeGreaterThanOrEqual(45_000);
  });

  it("asks for a new address when the signature ran out", async () => {
    const source = await connect().folder(model).open("model.safetensors");
    await source.read(0, 1);
    server.clock.advance(40 * 60_000);
    server.fault({ on: "cdn", match: WEIGHTS, fault: faults.status(403) });
    await expectWeights(await source.read(0, source.size));
    expect(server.log.entries("hub")).toHaveLength(2);
  });

  it("asks for a new address in time, before the signature runs out", async () => {
    const source = await connect().folder(model).open("model.safetensors");
    await source.read(0, 1);
    server.clock.advance(55 * 60_000);
    server.log.clear();
    await expectWeights(await source.read(0, source.size));
    expect(server.log.entries().filter(({ status }) => status === 403)).toEqual([]);
    expect(server.log.entries("hub")).toHaveLength(1);
  });
});

describe("a file server with a fault that stays", () => {
  it.each([
    ["hub/storage-blocked", "no connection", faults.drop],
    ["hub/server", "status 500", faults.status(500)],
    ["hub/storage-blocked", "status 403", faults.status(403)],
    ["hub/rate-limited", "status 429", faults.status(429)],
    ["hub/short-read", "a connection that breaks at once", faults.reset(0)],
    ["hub/short-read", "a whole file for a range", faults.ignoreRange],
    ["hub/short-read", "a 206 without bytes", faults.cut(0)],
    ["hub/short-read", "a body that never comes", faults.hang(0)],
    ["hub/bad-hash", "a wrong bit", faults.corrupt(5)],
  ])("says %s for %s", async (code, _, fault) => {
    await expect(withFault(fault, EVER)).rejects.toMatchObject({ name: "AwaseError", code });
  });

  it("tells both numbers of a short read", async () => {
    const source = await connect().folder(model).open("model.safetensors");
    await source.read(0, 1);
    server.fault({ on: "cdn", match: WEIGHTS, fault: faults.cut(600) });
    server.fault({ on: "cdn", match: WEIGHTS, times: EVER, fault: faults.cut(0) });
    await expect(source.read(0, 1000)).rejects.toMatchObject({
      code: "hub/short-read",
      message: "Asked 1000 bytes of model.safetensors, got 600. Try again.",
    });
  });

  it("never shows a signed address", async () => {
    const error = await withFault(faults.status(403), EVER).catch((reason: unknown) => reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("Signature");
    expect(error).toHaveProperty("cause", undefined);
  });

  it("says that the file server is blocked when only the Hub answers a probe", async () => {
    server.fault({ on: "cdn", times: EVER, fault: faults.drop });
    await expect(readWeights()).rejects.toMatchObject({
      code: "hub/storage-blocked",
      facts: { storage: new URL(server.cdnUrl).host },
    });
  });
});

describe("a Hub with a fault", () => {
  it.each([
    ["no connection", faults.drop],
    ["status 500", faults.status(500)],
    ["a broken answer", faults.reset(20)],
    ["an answer that stops coming", faults.hang(20)],
    ["a length that promises more", faults.overlong(9)],
  ])("lists a model after %s", async (_, fault) => {
    const notes: HubNote[] = [];
    server.fault({ on: "hub", match: /revision/, fault });
    server.fault({ on: "hub", match: /tree/, fault });
    expect(await connect(notes).resolve("acme/xet")).toEqual(model);
    expect(notes.map(({ code }) => code)).toEqual(["hub/retrying", "hub/retrying"]);
  });

  it("waits as long as it is told when it may read how long", async () => {
    const notes: HubNote[] = [];
    const told = faults.status(429, { RateLimit: '"api";r=0;t=55' });
    server.fault({ on: "hub", match: /revision/, fault: told });
    await connect(notes).resolve("acme/xet");
    expect(notes.map(({ facts }) => facts.seconds)).toEqual([56]);
  });

  it.each([
    ["hub/unreachable", faults.drop],
    ["hub/unreachable", faults.reset(20)],
    ["hub/server", faults.status(502)],
    ["hub/rate-limited", faults.status(429)],
    ["hub/bad-answer", faults.status(418)],
    ["hub/bad-answer", faults.cut(20)],
  ])("says %s when it stays", async (code, fault) => {
    server.fault({ on: "hub", times: EVER, fault });
    await expect(connect().resolve("acme/xet")).rejects.toMatchObject({ code });
    await expect(connect().search("xet")).rejects.toMatchObject({ code });
  });

  it("gives small files after a fault of each kind", async () => {
    for (const fault of [faults.drop, faults.status(500), faults.cut(3), faults.ignoreRange]) {
      server.fault({ on: "hub", match: /resolve-cache/, times: 2, fault });
      await expectWeights(await readWeights("config.json"), "config.json");
    }
  });

  it("is unreachable when nothing listens", async () => {
    const hub = createHub({ hubUrl: "http://127.0.0.1:1", clock: clockOf(server) });
    await expect(hub.resolve("acme/xet")).rejects.toMatchObject({
      code: "hub/unreachable",
      facts: { host: "127.0.0.1:1" },
    });
  });
});

describe("stopping", () => {
  const NEVER = 1e6;
  const reached = () => expect.poll(() => asked().length).toBeGreaterThan(0);

  it.each([
    ["while the place is asked for", false],
    ["while bytes stream", true],
  ])("rejects at once %s", async (_, placed) => {
    const source = await connect([], NEVER).folder(model).open("model.safetensors");
    if (placed) await source.read(0, 1);
    server.log.clear();
    server.fault({ on: "cdn", match: WEIGHTS, times: EVER, fault: faults.hang(0) });
    const stop = new AbortController();
    const reading = source.read(0, source.size, stop.signal);
    await Promise.all([
      expect(reading).rejects.toHaveProperty("name", "AbortError"),
      reached().then(() => stop.abort()),
    ]);
    expect(asked()).toHaveLength(1);
  });

  it("rejects at once while it waits for a busy Hub", async () => {
    const stop = new AbortController();
    const hub = createHub({ hubUrl: server.url, onNote: () => stop.abort() });
    server.fault({ on: "hub", fault: faults.status(429) });
    await expect(hub.resolve("acme/xet", undefined, stop.signal)).rejects.toHaveProperty("name", "AbortError");
  });

  it("leaves other reads of the file alone", async () => {
    const source = await connect([], NEVER).folder(model).open("model.safetensors");
    const stop = new AbortController();
    server.fault({ on: "cdn", match: WEIGHTS, fault: faults.hang(0) });
    const [first, second] = [source.read(0, 10, stop.signal), source.read(10, 20)];
    await Promise.all([
      expect(first).rejects.toHaveProperty("name", "AbortError"),
      expect(second).resolves.toHaveLength(10),
      reached().then(() => stop.abort()),
    ]);
  });

  it("never starts once it was stopped", async () => {
    const source = await connect().folder(model).open("model.safetensors");
    await expect(source.read(0, 10, AbortSignal.abort())).rejects.toHaveProperty("name", "AbortError");
    await expect(connect().search("x", AbortSignal.abort())).rejects.toHaveProperty("name", "AbortError");
    expect(server.log.entries()).toEqual([]);
  });
});
