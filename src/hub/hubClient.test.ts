import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { tiledContent } from "../../e2e/hub/content";
import { clockOf, ODD_FILES, startModelHub } from "../../e2e/hub/fixture";
import { type LocalHub, startHub } from "../../e2e/hub/server";
import { createHub, type HubOptions } from "./hubClient";
import type { HubNote } from "./types";

let server: LocalHub;
beforeAll(async () => {
  server = await startModelHub();
});
afterEach(() => {
  server.mend();
  server.log.clear();
});
afterAll(() => server.close());

function connect(options: Partial<HubOptions> = {}) {
  return createHub({ hubUrl: server.url, clock: clockOf(server), ...options });
}

async function readAll(options: Partial<HubOptions>, repo: string, path: string) {
  const hub = connect(options);
  const source = await hub.folder(await hub.resolve(repo)).open(path);
  return source.read(0, source.size);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("finding models", () => {
  it("searches models with safetensors, most downloaded first", async () => {
    const hits = await connect().search("acme");
    expect(hits.map(({ repo, gated }) => ({ repo, gated }))).toEqual([
      { repo: "acme/lfs", gated: false },
      { repo: "acme/xet", gated: false },
      { repo: "acme/gated", gated: true },
    ]);
    expect(hits[1]).toMatchObject({ downloads: 500, likes: 7, updated: "2025-01-01T00:00:00.000Z" });
  });

  it("pins a branch to its commit and lists the files there", async () => {
    const { sha } = server.repository("acme/xet").head;
    const model = await connect().resolve("acme/xet");
    expect(model).toMatchObject({ repo: "acme/xet", sha, license: "apache-2.0", gated: false });
    expect(model.files.map(({ path }) => path)).toEqual([
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const weights = model.files.find(({ path }) => path === "model.safetensors");
    expect(weights).toMatchObject({ size: 96304, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("resolves branches with slashes, tags and commits", async () => {
    const repository = server.repository("acme/lfs");
    const pull = repository.push({ "new.txt": "new" }, { branch: "refs/pr/7" });
    repository.tags.set("v1", repository.head);
    expect((await connect().resolve("acme/lfs", "refs/pr/7")).sha).toBe(pull.sha);
    expect((await connect().resolve("acme/lfs", "v1")).sha).toBe(repository.head.sha);
    expect((await connect().resolve("acme/lfs", pull.sha)).files.map(({ path }) => path)).toContain("new.txt");
  });

  it("follows a moved model and keeps its new name", async () => {
    const hub = connect();
    const model = await hub.resolve("acme/before");
    expect(model.repo).toBe("acme/xet");
    expect(hub.folder(model).name).toBe("acme/xet");
  });

  it.each([
    ["hub/not-found", "acme/missing", "main", undefined],
    ["hub/not-found", "acme/private", "main", undefined],
    ["hub/not-found", "acme/private", "main", "hf_stranger"],
    ["hub/not-found", "../../login", "main", undefined],
    ["hub/disabled", "acme/disabled", "main", undefined],
    ["hub/revision-gone", "acme/xet", "nowhere", undefined],
    ["hub/token", "acme/private", "main", "hf_over"],
  ])("says %s for %s at %s", async (code, repo, revision, token) => {
    const hub = connect(token === undefined ? {} : { token });
    await expect(hub.resolve(repo, revision)).rejects.toMatchObject({ code, name: "AwaseError" });
  });

  it("notices a list that ends after its first page because the link to the next cannot be read", async () => {
    const files = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}.txt`, ""]));
    const many = await startHub({ repositories: [{ id: "acme/many", files }] });
    const blind: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      headers.delete("Link");
      return new Response(response.body, { status: response.status, headers });
    };
    try {
      expect((await createHub({ hubUrl: many.url }).resolve("acme/many")).files).toHaveLength(1001);
      await expect(createHub({ hubUrl: many.url, fetch: blind }).resolve("acme/many")).rejects.toMatchObject({
        code: "hub/incomplete-list",
        facts: { repo: "acme/many", listed: 1000, known: 1001 },
      });
    } finally {
      await many.close();
    }
  });

  it("refuses a list with a path that leaves its folder", async () => {
    const evil = await startHub({ repositories: [{ id: "acme/evil", files: { "../../.bashrc": "" } }] });
    try {
      await expect(createHub({ hubUrl: evil.url }).resolve("acme/evil")).rejects.toMatchObject({ code: "io/path" });
    } finally {
      await evil.close();
    }
  });
});

describe("reading files", () => {
  it.each([
    ["acme/git", "model-00001-of-00004.safetensors"],
    ["acme/lfs", "model.safetensors"],
    ["acme/xet", "model.safetensors"],
    ["acme/xet", "config.json"],
  ])("reads %s %s whole and by range", async (repo, path) => {
    const hub = connect();
    const model = await hub.resolve(repo);
    const file = server.repository(repo).head.files.get(path);
    const source = await hub.folder(model).open(path);
    expect(source.size).toBe(file?.content.size);
    expect(sha256(await source.read(0, source.size))).toBe(file?.sha256);
    expect([...(await source.read(100, 110))]).toEqual([...(file?.content.read(100, 110) ?? [])]);
    expect(await source.read(50, 50)).toHaveLength(0);
    await expect(source.read(0, source.size + 1)).rejects.toMatchObject({ code: "io/range" });
  });

  it("asks for one address per file, then only for exact ranges at that address", async () => {
    const hub = connect();
    const source = await hub.folder(await hub.resolve("acme/xet")).open("model.safetensors");
    server.log.clear();
    await Promise.all([source.read(0, 10), source.read(20, 30), source.read(96300, 96304)]);
    expect(server.log.entries("hub").map(({ headers }) => headers.range)).toEqual(["bytes=0-0"]);
    const ranges = server.log.entries("cdn").map(({ headers }) => headers.range);
    expect(ranges[0]).toBe("bytes=0-0");
    expect(ranges.slice(1).sort()).toEqual(["bytes=0-9", "bytes=20-29", "bytes=96300-96303"]);
  });

  it("reads files with names that addresses must encode, and empty ones without a request", async () => {
    const hub = connect();
    const folder = hub.folder(await hub.resolve("acme/odd-names"));
    server.log.clear();
    for (const [path, text] of Object.entries(ODD_FILES)) {
      const source = await folder.open(path);
      expect(new TextDecoder().decode(await source.read(0, source.size))).toBe(text);
    }
    expect(server.log.entries().filter(({ url }) => url.includes("empty"))).toEqual([]);
    await expect(folder.open("nowhere")).rejects.toMatchObject({ code: "io/not-found" });
  });

  it("cuts long reads into slices, two at a time for a file and four in all", async () => {
    const size = 36_000_000;
    const tile = new Uint8Array(65_537).map((_, index) => index);
    const content = tiledContent(size, new Uint8Array(8), tile);
    const files = Object.fromEntries(["a", "b", "c"].map((name) => [`${name}.safetensors`, content]));
    const large = await startHub({ repositories: [{ id: "acme/large", files }] });
    const busy = { now: 0, most: 0 };
    const counting: typeof fetch = async (input, init) => {
      const range = new Headers(init?.headers).get("Range");
      if (range === null || range === "bytes=0-0") return fetch(input, init);
      busy.most = Math.max(busy.most, ++busy.now);
      const response = await fetch(input, init);
      const body = await response.arrayBuffer();
      busy.now--;
      return new Response(body, response);
    };
    try {
      const hub = createHub({ hubUrl: large.url, fetch: withAddress(counting) });
      const folder = hub.folder(await hub.resolve("acme/large"));
      const reads = await Promise.all(
        Object.keys(files).map(async (path) => (await folder.open(path)).read(1, size - 1)),
      );
      for (const bytes of reads) expect(Buffer.from(bytes).equals(content.read(1, size - 1))).toBe(true);
      expect(busy.most).toBeGreaterThan(2);
      expect(busy.most).toBeLessThanOrEqual(4);
      const asked = large.log.entries("cdn").flatMap(({ headers }) => headers.range ?? []);
      const lengths = asked.map((range) => range.match(/\d+/g)?.map(Number) ?? []).map(([a = 0, b = 0]) => b - a + 1);
      expect(Math.max(...lengths)).toBe(16 * 1024 * 1024);
    } finally {
      await large.close();
    }
  });

  it("keeps reading the commit it is pinned to when the branch moves on", async () => {
    const moving = await startHub({ repositories: [{ id: "acme/moving", files: { "config.json": "before" } }] });
    try {
      const hub = createHub({ hubUrl: moving.url });
      const model = await hub.resolve("acme/moving");
      moving.repository("acme/moving").push({ "config.json": "after!" });
      const source = await hub.folder(model).open("config.json");
      expect(new TextDecoder().decode(await source.read(0, 6))).toBe("before");
      expect((await hub.resolve("acme/moving")).sha).not.toBe(model.sha);
    } finally {
      await moving.close();
    }
  });

  it("says when a file is not what was listed", async () => {
    const hub = connect();
    const model = await hub.resolve("acme/xet");
    const list = (change: object) => ({
      ...model,
      files: model.files.map((file) => (file.path === "config.json" ? { ...file, ...change } : file)),
    });
    const read = async (change: object) => (await hub.folder(list(change)).open("config.json")).read(0, 10);
    await expect(read({ size: 700 })).rejects.toMatchObject({ code: "hub/changed" });
    await expect(read({ oid: "0".repeat(40) })).rejects.toMatchObject({ code: "hub/changed" });
    await expect(read({ path: "config.json" })).resolves.toHaveLength(10);
    const gone = { ...model, files: [{ path: "gone.json", size: 10 }] };
    const source = await hub.folder(gone).open("gone.json");
    await expect(source.read(0, 10)).rejects.toMatchObject({
      code: "hub/file-gone",
      message: expect.stringContaining(`gone.json is not in acme/xet at ${model.sha.slice(0, 7)}.`),
    });
  });
});

describe("signing in", () => {
  it("reads public models without the token", async () => {
    await readAll({ token: "hf_member" }, "acme/xet", "model.safetensors");
    expect(server.log.entries().filter(({ headers }) => headers.authorization)).toEqual([]);
  });

  it.each([
    ["acme/private", "model.safetensors"],
    ["acme/private-git", "model.safetensors"],
    ["acme/gated", "model.safetensors"],
    ["acme/gated", "config.json"],
  ])("opens %s %s with it, and shows it to the Hub alone", async (repo, path) => {
    const bytes = await readAll({ token: "hf_member" }, repo, path);
    expect(sha256(bytes)).toBe(server.repository(repo).head.files.get(path)?.sha256);
    expect(server.log.entries("hub").some(({ headers }) => headers.authorization === "Bearer hf_member")).toBe(true);
    for (const { headers, url } of server.log.entries("cdn")) {
      expect(headers.authorization).toBeUndefined();
      expect(headers.referer).toBeUndefined();
      expect(url).not.toContain("hf_");
    }
    for (const { url } of server.log.entries()) expect(url).not.toContain("hf_member");
  });

  it("lists a gated model for everybody, and says what its content takes", async () => {
    expect((await connect().resolve("acme/gated")).gated).toBe(true);
    await expect(readAll({}, "acme/gated", "config.json")).rejects.toMatchObject({ code: "hub/gated-signin" });
    await expect(readAll({ token: "hf_stranger" }, "acme/gated", "config.json")).rejects.toMatchObject({
      code: "hub/gated-ask",
    });
  });

  it("forgets a token that is over, and says so", async () => {
    const notes: HubNote[] = [];
    const hub = connect({ token: "hf_over", onNote: (note) => notes.push(note) });
    await expect(hub.resolve("acme/private")).rejects.toMatchObject({ code: "hub/token" });
    expect(notes.map(({ code }) => code)).toEqual(["hub/signed-out"]);
    await expect(hub.resolve("acme/private")).rejects.toMatchObject({ code: "hub/not-found" });
  });

  it("refuses what is no token before it is sent anywhere", () => {
    expect(() => connect({ token: "sk-123" })).toThrow(expect.objectContaining({ code: "hub/bad-token" }));
  });
});

/** A constructed Response has no address; ours reads it. */
function withAddress(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, init);
    return response.url ? response : Object.defineProperty(response, "url", { value: String(input) });
  };
}
