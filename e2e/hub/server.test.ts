import {
  checkRepoAccess,
  downloadFile,
  fileDownloadInfo,
  fileExists,
  HubApiError,
  listCommits,
  listFiles,
  listModels,
  modelInfo,
  pathsInfo,
  repoExists,
} from "@huggingface/hub";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bytesContent, gitOid, sha256, tiledContent } from "./content";
import { startModelHub } from "./fixture";
import type { LocalHub } from "./server";
import { startHub } from "./server";

let hub: LocalHub;
let here: { hubUrl: string };
beforeAll(async () => {
  hub = await startModelHub();
  here = { hubUrl: hub.url };
});
afterEach(() => {
  hub.mend();
  hub.log.clear();
});
afterAll(() => hub.close());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function bytesOf(repo: string, path: string): Uint8Array {
  const file = hub.repository(repo).head.files.get(path);
  if (!file) throw new Error(`no ${path}`);
  return file.content.read(0, file.content.size);
}

/** How the client failed. */
async function failure(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HubApiError)) throw new Error(`expected a HubApiError, got ${String(error)}`);
  return { status: error.statusCode, message: error.message };
}

describe("the local Hub, asked by the bare client", () => {
  it("describes a model", async () => {
    const info = await modelInfo({ name: "acme/xet", additionalFields: ["sha", "tags", "filePaths"], ...here });
    expect(info).toMatchObject({ name: "acme/xet", gated: false, private: false, likes: 7, downloads: 500 });
    expect(info.sha).toBe(hub.repository("acme/xet").head.sha);
    expect(info.filePaths).toContain("model.safetensors");
  });

  it("sends a renamed or oddly written name on to the present one", async () => {
    expect((await modelInfo({ name: "acme/before", ...here })).name).toBe("acme/xet");
    expect((await modelInfo({ name: "ACME/Xet", ...here })).name).toBe("acme/xet");
    const info = await fileDownloadInfo({ repo: "acme/before", path: "config.json", ...here });
    expect(info?.size).toBe(713);
  });

  it("lists models by words, author and tag, most downloaded first", async () => {
    const names = async (search: { query?: string; owner?: string; tags?: string[] }) =>
      (await collect(listModels({ search, ...here }))).map(({ name }) => name);
    expect(await names({ query: "XET" })).toEqual(["acme/xet"]);
    expect(await names({ tags: ["safetensors"] })).toEqual(["acme/lfs", "acme/xet", "acme/gated"]);
    expect(await names({ owner: "nobody" })).toEqual([]);
  });

  it("lists files with sizes and hashes, folder by folder or all", async () => {
    const files = await collect(listFiles({ repo: "acme/xet", recursive: true, ...here }));
    const weights = files.find(({ path }) => path === "model.safetensors");
    const content = bytesContent(bytesOf("acme/xet", "model.safetensors"));
    expect(weights).toMatchObject({ type: "file", size: 96304, lfs: { oid: sha256(content), size: 96304 } });
    const config = files.find(({ path }) => path === "config.json");
    expect(config?.oid).toBe(gitOid(bytesContent(bytesOf("acme/xet", "config.json"))));

    const top = await collect(listFiles({ repo: "acme/odd-names", expand: true, ...here }));
    expect(top.map(({ path, type }) => `${type} ${path}`)).toEqual([
      "directory what?",
      "file 50%.txt",
      "file a#b.txt",
      "file empty.txt",
    ]);
    expect(top[0]?.lastCommit?.title).toBe("initial commit");
    const inside = await collect(listFiles({ repo: "acme/odd-names", path: encodeURIComponent("what?"), ...here }));
    expect(inside.map(({ path }) => path)).toEqual(["what?/ü & ö.json"]);
  });

  it("lists files page by page", async () => {
    const files = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`f${index}.txt`, `${index}`]));
    const many = await startHub({ repositories: [{ id: "acme/many", files }], treePage: 10 });
    try {
      const listed = await collect(listFiles({ repo: "acme/many", hubUrl: many.url }));
      expect(listed.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
      expect(many.log.entries("hub")).toHaveLength(3);
    } finally {
      await many.close();
    }
  });

  it("tells about single paths, leaving out the missing", async () => {
    const paths = ["config.json", "nowhere.txt"];
    const found = await pathsInfo({ repo: "acme/xet", paths, expand: true, ...here });
    expect(found.map(({ path, size }) => ({ path, size }))).toEqual([{ path: "config.json", size: 713 }]);
  });

  it("knows branches, tags, pull requests, full and short commits", async () => {
    const repository = hub.repository("acme/lfs");
    const first = repository.head;
    repository.tags.set("v1", first);
    const second = repository.push({ "config.json": "{}" }, { branch: "refs/pr/1", title: "empty config" });
    for (const [revision, sha] of [
      ["main", first.sha],
      ["v1", first.sha],
      ["refs/pr/1", second.sha],
      [second.sha, second.sha],
      [second.sha.slice(0, 8), second.sha],
    ]) {
      const info = await modelInfo({
        name: "acme/lfs",
        additionalFields: ["sha"],
        ...(revision && { revision }),
        ...here,
      });
      expect(info.sha).toBe(sha);
    }
    const titles = (
      await collect(listCommits({ repo: "acme/lfs", revision: encodeURIComponent("refs/pr/1"), ...here }))
    ).map((c) => c.title);
    expect(titles).toEqual(["empty config", "initial commit"]);
    const refs = await (await fetch(`${hub.url}/api/models/acme/lfs/refs?include_prs=1`)).json();
    expect(refs).toMatchObject({
      branches: [{ name: "main", ref: "refs/heads/main", targetCommit: first.sha }],
      tags: [{ name: "v1" }],
      pullRequests: [{ ref: "refs/pr/1", targetCommit: second.sha }],
    });
  });

  it("adds up the bytes of a folder", async () => {
    const { size } = await (await fetch(`${hub.url}/api/models/acme/xet/treesize/main/`)).json();
    const sizes = [...hub.repository("acme/xet").head.files.values()].map(({ content }) => content.size);
    expect(size).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
  });

  it.each(["acme/git", "acme/lfs", "acme/xet"])("gives a file of %s whole and by range", async (repo) => {
    const path = repo === "acme/git" ? "model-00001-of-00004.safetensors" : "model.safetensors";
    const blob = await downloadFile({ repo, path, xet: false, ...here });
    const bytes = bytesOf(repo, path);
    expect(blob?.size).toBe(bytes.length);
    expect(Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer()).equals(bytes)).toBe(true);
    const slice = await blob?.slice(1000, 5000).arrayBuffer();
    expect(Buffer.from(slice ?? new ArrayBuffer()).equals(bytes.slice(1000, 5000))).toBe(true);
    expect(hub.log.entries("cdn").length > 0).toBe(repo !== "acme/git");
  });

  it("says whether a file is Xet, and where its token and plan are", async () => {
    const info = await fileDownloadInfo({ repo: "acme/xet", path: "model.safetensors", ...here });
    expect(info?.xet?.refreshUrl.pathname).toContain("/xet-read-token/");
    expect(info?.etag).toBe(`"${hub.repository("acme/xet").head.files.get("model.safetensors")?.sha256}"`);
    expect((await fileDownloadInfo({ repo: "acme/lfs", path: "model.safetensors", ...here }))?.xet).toBeUndefined();
  });

  it("gives a file by the Xet protocol, whole and by range", async () => {
    const blob = await downloadFile({ repo: "acme/xet", path: "model.safetensors", ...here });
    const bytes = bytesOf("acme/xet", "model.safetensors");
    for (const [start, end] of [
      [0, bytes.length],
      [100, 200],
      [65_530, 65_550],
      [70_000, bytes.length],
    ] as const) {
      const slice = Buffer.from((await blob?.slice(start, end).arrayBuffer()) ?? new ArrayBuffer());
      expect(slice.equals(bytes.subarray(start, end))).toBe(true);
    }
    expect(hub.log.entries("cas").map(({ headers }) => headers.authorization)).toContain("Bearer xet_read");
    for (const { url } of hub.log.entries("cdn")) expect(url).toMatch(/^\/xorb\/default\//);
    const [first] = hub.log.entries("cdn");
    const outside = await fetch(`${hub.cdnUrl}${first?.url}`, { headers: { Range: "bytes=0-9" } });
    expect(outside.status).toBe(403);
  });

  it("gives the pointer of a weight file as raw", async () => {
    const blob = await downloadFile({ repo: "acme/xet", path: "model.safetensors", raw: true, ...here });
    expect(await blob?.text()).toMatch(
      /^version https:\/\/git-lfs.github.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize 96304\n$/,
    );
    expect(await fileExists({ repo: "acme/xet", path: "model.safetensors", ...here })).toBe(true);
    expect(await fileExists({ repo: "acme/xet", path: "nowhere", ...here })).toBe(false);
  });

  it("refuses as the Hub does", async () => {
    const probe = (repo: string, accessToken?: string, revision = "main") =>
      failure(fileDownloadInfo({ repo, path: "config.json", revision, ...(accessToken && { accessToken }), ...here }));
    expect((await probe("acme/missing")).status).toBe(401);
    expect((await probe("acme/missing", "hf_member")).status).toBe(404);
    expect((await probe("acme/private", "hf_stranger")).status).toBe(404);
    expect((await probe("acme/gated")).status).toBe(401);
    expect((await probe("acme/gated", "hf_stranger")).status).toBe(403);
    expect((await probe("acme/xet", "hf_over")).message).toContain("Invalid credentials in Authorization header");
    expect((await probe("acme/disabled")).message).toContain("Access to this resource is disabled.");
    expect((await probe("acme/xet", undefined, "no-branch")).status).toBe(404);
    expect(await fileDownloadInfo({ repo: "acme/xet", path: "nowhere", ...here })).toBeNull();
    expect(await repoExists({ repo: "acme/missing", ...here })).toBe(false);
    expect(await repoExists({ repo: "acme/xet", ...here })).toBe(true);
    await checkRepoAccess({ repo: "acme/gated", ...here });
    expect((await fetch(`${hub.url}/api/models/acme/gated/auth-check`)).status).toBe(401);
  });

  it("opens private and gated models to those who may", async () => {
    for (const repo of ["acme/private", "acme/gated", "acme/private-git"]) {
      const blob = await downloadFile({ repo, path: "config.json", accessToken: "hf_member", ...here });
      expect(await blob?.text()).toContain("LlamaForCausalLM");
    }
  });

  it("ends signed addresses after an hour", async () => {
    const answer = await fetch(`${hub.url}/acme/lfs/resolve/main/model.safetensors`);
    await answer.arrayBuffer();
    expect(new URL(answer.url).origin).toBe(hub.cdnUrl);
    expect((await fetch(answer.url)).status).toBe(200);
    hub.clock.advance(3600_000);
    expect((await fetch(answer.url)).status).toBe(403);
    expect((await fetch(answer.url.replace(/Signature=./, "Signature="))).status).toBe(403);
  });

  it("honours conditions and refuses ranges outside a file", async () => {
    const url = `${hub.url}/acme/xet/resolve/main/config.json`;
    const etag = (await fetch(url)).headers.get("ETag") ?? "";
    expect((await fetch(url, { headers: { "If-None-Match": etag } })).status).toBe(304);
    expect((await fetch(url, { headers: { Range: "bytes=0-9", "If-Range": etag } })).status).toBe(206);
    expect((await fetch(url, { headers: { Range: "bytes=0-9", "If-Range": '"another"' } })).status).toBe(200);
    const outside = await fetch(url, { headers: { Range: "bytes=713-" } });
    expect([outside.status, outside.headers.get("Content-Range")]).toEqual([416, "bytes */713"]);
    const clamped = await fetch(url, { headers: { Range: "bytes=700-9999" } });
    expect(clamped.headers.get("Content-Range")).toBe("bytes 700-712/713");
  });

  it("makes up files of any size", () => {
    const [head, tile] = [new Uint8Array([9, 8, 7]), new Uint8Array([1, 2, 3, 4])];
    const content = tiledContent(40e9, head, tile);
    expect([...content.read(0, 9)]).toEqual([9, 8, 7, 1, 2, 3, 4, 1, 2]);
    expect([...content.read(8, 13)]).toEqual([2, 3, 4, 1, 2]);
    expect(content.read(40e9 - 1, 40e9)).toEqual(tile.slice((40e9 - 1 - 3) % 4, ((40e9 - 1 - 3) % 4) + 1));
  });
});
