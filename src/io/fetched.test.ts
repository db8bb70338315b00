import { describe, expect, it } from "vitest";
import { fetchedFolder } from "./fetched";
import { patterned } from "./sources.testing";

const BYTES = patterned(1000);
type Answer = (range: readonly [number, number] | undefined) => Response | Promise<Response>;

/** A web server with one file, `w x.bin`; what it answers to a request for it is up to the test. */
function server(answer: Answer, manifest: unknown = [{ path: "w x.bin", size: 1000 }]) {
  const requests: string[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    init?.signal?.throwIfAborted();
    const url = String(input);
    requests.push(url);
    if (url.endsWith("manifest.json"))
      return new Response(typeof manifest === "string" ? manifest : JSON.stringify(manifest));
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get("Range") ?? "");
    return answer(range ? [Number(range[1]), Number(range[2]) + 1] : undefined);
  };
  return { requests, folder: fetchedFolder("samples", "https://x.test/base/", fetch) };
}

const ranged: Answer = (range) => {
  const [start, end] = range ?? [0, 1000];
  return new Response(BYTES.slice(start, end), {
    status: 206,
    headers: { "Content-Range": `bytes ${start}-${end - 1}/1000` },
  });
};

describe("a folder of static files", () => {
  it("is listed by its manifest and read by range", async () => {
    const { folder, requests } = server(ranged);
    expect(await folder.list()).toEqual([{ path: "w x.bin", size: 1000 }]);
    const source = await folder.open("w x.bin");
    expect(await source.read(5, 50)).toEqual(BYTES.slice(5, 50));
    expect(await source.read(50, 1000)).toEqual(BYTES.slice(50));
    expect(await source.read(9, 9)).toEqual(new Uint8Array(0));
    expect(requests.slice(2)).toEqual(["https://x.test/base/w%20x.bin", "https://x.test/base/w%20x.bin"]);
  });

  it("is fetched whole, once, from a server without ranges", async () => {
    const { folder, requests } = server(() => new Response(BYTES));
    const source = await folder.open("w x.bin");
    expect(await source.read(5, 50)).toEqual(BYTES.slice(5, 50));
    expect(await source.read(900, 1000)).toEqual(BYTES.slice(900));
    expect(requests.length).toBe(2);
  });

  it("is asked for again after a whole fetch that failed", async () => {
    let tries = 0;
    const { folder } = server(() => new Response(++tries === 1 ? BYTES.slice(0, 10) : BYTES));
    const source = await folder.open("w x.bin");
    await expect(source.read(0, 5)).rejects.toMatchObject({
      code: "io/short-read",
      facts: { expected: 1000, got: 10 },
    });
    expect(await source.read(0, 5)).toEqual(BYTES.slice(0, 5));
  });

  it.each<[string, Answer]>([
    ["too few bytes", () => new Response(BYTES.slice(0, 3), { status: 206 })],
    ["no bytes", () => new Response(null, { status: 206 })],
    [
      "another range",
      () => new Response(BYTES.slice(10, 20), { status: 206, headers: { "Content-Range": "bytes 10-19/1000" } }),
    ],
  ])("refuses %s", async (_, answer) => {
    const source = await server(answer).folder.open("w x.bin");
    await expect(source.read(0, 10)).rejects.toMatchObject({ code: "io/short-read" });
  });

  it("tells refusals, a lost network, and cancelling apart", async () => {
    const missing = await server(() => new Response(null, { status: 404 })).folder.open("w x.bin");
    await expect(missing.read(0, 1)).rejects.toMatchObject({ code: "io/http", facts: { status: 404 } });
    const offline = await server(() => Promise.reject(new TypeError("Failed to fetch"))).folder.open("w x.bin");
    await expect(offline.read(0, 1)).rejects.toMatchObject({ code: "io/unreachable" });
    await expect(offline.read(0, 1, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    await expect(server(ranged).folder.open("other")).rejects.toMatchObject({ code: "io/not-found" });
  });

  it.each([["<html>"], [{}], [[{ path: "a" }]], [[{ path: "a", size: -1 }]], [[{ path: "a", size: 1.5 }]]])(
    "refuses the manifest %j",
    async (manifest) => {
      await expect(server(ranged, manifest).folder.list()).rejects.toMatchObject({ code: "io/manifest" });
    },
  );

  it("refuses a manifest whose path leaves the folder", async () => {
    await expect(server(ranged, [{ path: "../a", size: 1 }]).folder.list()).rejects.toMatchObject({ code: "io/path" });
  });
});
