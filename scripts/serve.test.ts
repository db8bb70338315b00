import {
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "./serve.mjs";

let studio: Awaited<ReturnType<typeof serve>>;

const folder = realpathSync(mkdtempSync(join(tmpdir(), "awase-serve-")));

beforeAll(async () => {
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "weights.safetensors"), "0123456789");
  writeFileSync(join(folder, ".hidden"), "secret");
  studio = await serve({ folder });
});
afterAll(() => studio.close());

it("serves the page under a policy that names the Hub and nobody else", async () => {
  const page = await fetch(studio.url);
  expect(page.headers.get("content-type")).toContain("text/html");
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("connect-src 'self' https://huggingface.co https://*.hf.co;");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
});

it("answers ranges with exactly the bytes asked", async () => {
  const answer = await fetch(`${studio.url}weights.safetensors`, { headers: { Range: "bytes=2-4" } });
  expect([answer.status, answer.headers.get("content-range"), await answer.text()]).toEqual([
    206,
    "bytes 2-4/10",
    "234",
  ]);
  expect((await fetch(`${studio.url}weights.safetensors`, { headers: { Range: "bytes=10-" } })).status).toBe(416);
});

describe("a range", () => {
  const get = (range: string, headers = {}, method = "GET") =>
    fetch(`${studio.url}weights.safetensors`, { method, headers: { Range: range, ...headers } });

  it.each([
    ["bytes=-3", "bytes 7-9/10", "789"],
    ["bytes=-500", "bytes 0-9/10", "0123456789"],
    ["bytes=7-", "bytes 7-9/10", "789"],
    ["bytes=9-999999999999999999999999", "bytes 9-9/10", "9"],
  ])("%s is answered", async (range, stated, text) => {
    const answer = await get(range);
    expect([answer.status, answer.headers.get("content-range"), await answer.text()]).toEqual([206, stated, text]);
  });

  it.each(["bytes=10-", "bytes=-0", "bytes=99-100"])("%s is refused with the size", async (range) => {
    const answer = await get(range);
    expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  });

  it.each(["bytes=4-2", "bytes=-", "bytes=a-b", "lines=0-1", "bytes=0-1,4-5"])(
    "%s gives the whole file",
    async (range) => {
      const answer = await get(range);
      expect([answer.status, await answer.text()]).toEqual([200, "0123456789"]);
    },
  );

  it("is of this file, or all of it is sent", async () => {
    const tag = (await get("bytes=0-1")).headers.get("etag") ?? "";
    expect((await get("bytes=0-1", { "If-Range": tag })).status).toBe(206);
    expect((await get("bytes=0-1", { "If-Range": '"other"' })).status).toBe(200);
    expect((await get("bytes=0-1", { "If-Range": "Thu, 01 Jan 1970 00:00:00 GMT" })).status).toBe(200);
  });

  it("means nothing to HEAD", async () => {
    const answer = await get("bytes=0-1", {}, "HEAD");
    expect([answer.status, answer.headers.get("content-length")]).toEqual([200, "10"]);
  });
});

describe("a file that the reader has", () => {
  it("is not sent again until it changes", async () => {
    const ask = (headers: Record<string, string>) => fetch(`${studio.url}changing.js`, { headers, cache: "no-store" });
    const path = join(folder, "changing.js");
    writeFileSync(path, "let a = 1;");
    const first = await ask({ "Accept-Encoding": "identity" });
    const tag = first.headers.get("etag") ?? "";
    expect(await first.text()).toBe("let a = 1;");
    const same = await ask({ "If-None-Match": `"x", W/${tag}`, "Accept-Encoding": "identity" });
    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", tag]);
    const since = { "If-Modified-Since": first.headers.get("last-modified") ?? "", "Accept-Encoding": "identity" };
    expect((await ask(since)).status).toBe(304);

    writeFileSync(path, "let a = 2;");
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect((await ask({ "If-None-Match": tag, "Accept-Encoding": "identity" })).status).toBe(200);
    expect(await (await ask(since)).text()).toBe("let a = 2;");
  });

  it("has another tag when it is sent packed", async () => {
    const tags = await Promise.all(
      ["gzip", "identity", "gzip;q=0"].map(async (accepted) => {
        const answer = await fetch(`${studio.url}changing.js`, { headers: { "Accept-Encoding": accepted } });
        return [
          answer.headers.get("etag")?.endsWith('-gzip"'),
          answer.headers.get("content-encoding"),
          await answer.text(),
        ];
      }),
    );
    expect(tags).toEqual([
      [true, "gzip", "let a = 2;"],
      [false, null, "let a = 2;"],
      [false, null, "let a = 2;"],
    ]);
  });
});

describe("a page that is built anew while it is read", () => {
  const LARGE = 24 * 1024 * 1024;
  const path = join(folder, "large.bin");

  /** Begins to read a large file and lets something happen to it in the middle. */
  async function readWhile(happening: () => void): Promise<Buffer> {
    writeFileSync(path, Buffer.alloc(LARGE, 1));
    const answer = await fetch(`${studio.url}large.bin`);
    const reader = answer.body?.getReader();
    if (!reader) throw new Error("no body");
    const pieces: Uint8Array[] = [];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (pieces.length === 0) happening();
      pieces.push(part.value);
    }
    return Buffer.concat(pieces);
  }

  it("comes whole, though it vanishes or another file takes its place", async () => {
    expect((await readWhile(() => rmSync(path))).equals(Buffer.alloc(LARGE, 1))).toBe(true);
    const replace = () => {
      writeFileSync(`${path}2`, "new");
      renameSync(`${path}2`, path);
    };
    expect((await readWhile(replace)).equals(Buffer.alloc(LARGE, 1))).toBe(true);
    expect(await (await fetch(`${studio.url}large.bin`)).text()).toBe("new");
  });

  it("is broken off where it was cut short, and the server goes on", async () => {
    await expect(readWhile(() => truncateSync(path, 1000))).rejects.toThrow();
    expect((await fetch(studio.url)).status).toBe(200);
  });

  it("never gives a half-written file as whole", async () => {
    const small = join(folder, "small.js");
    const texts = ["a".repeat(200_000), "b".repeat(300_000)];
    const seen: string[] = [];
    for (let turn = 0; turn < 30; turn++) {
      writeFileSync(small, texts[turn % 2] ?? "");
      const [answer] = await Promise.all([
        fetch(`${studio.url}small.js`, { headers: { "Accept-Encoding": "identity" } }),
        writeFile(small, texts[(turn + 1) % 2] ?? ""),
      ]);
      if (answer.status === 200) seen.push(await answer.text());
    }
    expect(seen.every((text) => texts.includes(text) || text === "")).toBe(true);
    expect(seen.length).toBeGreaterThan(0);
  });
});

describe("a link in the folder", () => {
  it("is followed inside of it, and never out of it", async () => {
    symlinkSync(join(folder, "weights.safetensors"), join(folder, "inside.safetensors"));
    symlinkSync("/etc/passwd", join(folder, "outside.js"));
    symlinkSync("/etc", join(folder, "etc"));
    symlinkSync(join(folder, ".hidden"), join(folder, "shown.js"));
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling.js"));
    symlinkSync("loop.js", join(folder, "loop.js"));
    expect(await (await fetch(`${studio.url}inside.safetensors`)).text()).toBe("0123456789");
    for (const path of ["/outside.js", "/etc/passwd", "/shown.js", "/dangling.js", "/loop.js"]) {
      expect(await status(path), path).toBe(404);
    }
  });
});

describe("a request under another name", () => {
  it.each(["evil.example", "evil.example:5180", "localhost.evil.example", "localhost:1:2", "[::1", "xlocalhost"])(
    "is not answered: %j",
    async (host) => expect(await status("/", { host })).toBe(421),
  );

  it.each(["localhost", "LOCALHOST:1234", "127.0.0.1:99", "[::1]:5180", "192.168.0.7", "studio.localhost:1"])(
    "is answered where the name is this machine's: %s",
    async (host) => expect(await status("/", { host })).toBe(200),
  );

  it("is answered where the name was given", async () => {
    const named = await serve({ folder, names: ["Merge.Example"] });
    const { port } = new URL(named.url);
    expect(await status("/", { host: "merge.example" }, port)).toBe(200);
    await named.close();
  });
});

it("refuses headers without end, and goes on", async () => {
  expect(await status("/", { "x-long": "x".repeat(100_000) })).toBe(431);
  expect(await status("/")).toBe(200);
});

it("takes no other methods than those that read", async () => {
  const { status, headers } = await fetch(studio.url, { method: "POST" });
  expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

it.each(["PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])("does nothing on %s", async (method) => {
  expect(await status("/", {}, undefined, method)).toBe(405);
});

it.each([
  "/.hidden",
  "/../package.json",
  "/%2e%2e/package.json",
  "/%00",
  "/%E0%A4%A",
  "/%",
  "/missing.js",
  "/a/../.hidden",
  "*",
  "//etc/passwd",
])("refuses %s", async (path) => {
  expect(await status(path)).toBe(404);
});

/** fetch() would tidy the path, and sets the host itself. */
function status(
  path: string,
  headers: Record<string, string> = {},
  port = new URL(studio.url).port,
  method = "GET",
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers, method }, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
