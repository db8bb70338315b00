import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serve } from "./serve.mjs";

let studio: Awaited<ReturnType<typeof serve>>;

const folder = mkdtempSync(join(tmpdir(), "awase-serve-"));

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

it.runIf(process.platform === "linux")("outlives a file that cannot be read", async () => {
  symlinkSync("/proc/self/mem", join(folder, "broken.js"));
  for (const headers of [{}, { "Accept-Encoding": "gzip" }]) {
    await expect(fetch(`${studio.url}broken.js`, { headers }).then((answer) => answer.text())).rejects.toThrow();
  }
  expect((await fetch(studio.url)).status).toBe(200);
});

it("takes no other methods than those that read", async () => {
  const { status, headers } = await fetch(studio.url, { method: "POST" });
  expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

it.each(["/.hidden", "/../package.json", "/%2e%2e/package.json", "/%00", "/%E0%A4%A", "/missing.js"])(
  "refuses %s",
  async (path) => {
    expect(await status(path)).toBe(404);
  },
);

/** fetch() would tidy the path before sending it. */
function status(path: string): Promise<number | undefined> {
  const { port } = new URL(studio.url);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path }, (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
