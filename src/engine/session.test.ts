import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isAbort } from "../base/errors";
import { methodFacts } from "../merge/registry";
import { MemoryEnvironment } from "./machine/memoryEnvironment";
import type { ModelOrigin } from "./protocol/protocol";
import { createSession, type Session } from "./session";
import { GOLDEN, goldenRecipe, OPTIONS, openGoldenSession, SETTINGS } from "./session.testing";

function golden(name: string): { path: string; file: File }[] {
  return ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"].map(
    (path) => ({ path: `${name}/${path}`, file: new File([readFileSync(join(GOLDEN, "models", name, path))], path) }),
  );
}
const files = (name: string): ModelOrigin => ({ kind: "files", name, files: golden(name) });

let session: Session;
beforeEach(async () => {
  session = createSession(new MemoryEnvironment());
  await session.start(SETTINGS);
});

describe("models", () => {
  it("are summed up from their headers", async () => {
    const model = await session.addModel(files("a"));
    expect(model).toMatchObject({
      key: "a",
      architecture: "LlamaForCausalLM",
      layers: 4,
      dtypes: [{ dtype: "F32", bytes: model.bytes }],
      cachedBytes: model.bytes,
      origin: { kind: "files" },
    });
    expect(model.bytes).toBe(4 * model.parameters);
    const { tensors, config } = await session.details("a");
    expect(tensors.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(model.bytes);
    expect(JSON.parse(config)).toMatchObject({ model_type: "llama" });
  });

  it("have one name each, free again after removal", async () => {
    await session.addModel(files("a"));
    await expect(session.addModel(files("a"))).rejects.toMatchObject({
      code: "model/duplicate",
      facts: { key: "a" },
    });
    await session.removeModel("a");
    await session.addModel(files("a"));
    await session.removeModel("a");
    await expect(session.details("a")).rejects.toMatchObject({ code: "model/not-loaded", facts: { key: "a" } });
  });

  it("cannot be added twice at the same time", async () => {
    const both = await Promise.allSettled([session.addModel(files("a")), session.addModel(files("a"))]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("can be cancelled while they are opened", async () => {
    const control = new AbortController();
    const adding = session.addModel(files("a"), { signal: control.signal }).catch((error: unknown) => error);
    control.abort();
    expect(isAbort(await adding)).toBe(true);
    expect(await session.addModel(files("a"))).toMatchObject({ key: "a" });
  });

  it("are not opened when they are broken", async () => {
    const broken = golden("a").filter(({ path }) => !path.endsWith("config.json") || path.includes("_config"));
    const origin: ModelOrigin = { kind: "files", name: "a", files: broken };
    await expect(session.addModel(origin)).rejects.toMatchObject({ code: "model/no-config" });
    await expect(session.details("a")).rejects.toMatchObject({ code: "model/not-loaded" });
  });
});

describe("bundled samples", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("are read from where they are served", async () => {
    const served = new Map(golden("a").map(({ path, file }) => [`${SETTINGS.samplesUrl}/${path}`, file]));
    const manifest = golden("a").map(({ path, file }) => ({ path: path.slice(2), size: file.size }));
    vi.stubGlobal("fetch", async (url: string, { headers }: { headers?: { Range?: string } } = {}) => {
      if (url === `${SETTINGS.samplesUrl}/a/manifest.json`) return Response.json(manifest);
      const file = served.get(url);
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(headers?.Range ?? "") ?? [];
      if (!file || start === undefined) return new Response(file ?? null, { status: file ? 200 : 404 });
      return new Response(file.slice(Number(start), Number(end) + 1), { status: 206 });
    });
    expect(await session.addModel({ kind: "sample", name: "a" })).toMatchObject({ key: "a", layers: 4 });
  });
});

describe("checking a recipe", () => {
  it("names models that are missing, and where the Hub has them", async () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const recipe = `# awase: {revisions: {org/pinned: ${commit}}}
merge_method: linear
models:
  - {model: org/pinned, parameters: {weight: 1}}
  - {model: org/tagged@v2, parameters: {weight: 1}}
  - {model: ./a/folder, parameters: {weight: 1}}
`;
    const { missing, plan, problems } = await session.check(recipe, 0);
    expect(plan).toBeUndefined();
    expect(problems.map(({ code }) => code)).toContain("plan/model-missing");
    expect(missing).toEqual([
      { reference: "org/pinned", hubId: "org/pinned", origin: { kind: "hub", repo: "org/pinned", commit } },
      { reference: "org/tagged@v2", hubId: "org/tagged", origin: { kind: "hub", repo: "org/tagged", revision: "v2" } },
      { reference: "./a/folder" },
    ]);
  });

  it("gives the plan's facts, and the seconds once a merge was timed", async () => {
    const ready = await openGoldenSession();
    const { plan, problems, missing } = await ready.check(goldenRecipe("ties"), 0);
    expect({ problems, missing }).toEqual({ problems: [], missing: [] });
    expect(plan).toMatchObject({
      models: ["base", "a", "b"],
      layers: 4,
      totals: { tensors: 39, fetchBytes: 0 },
    });
    expect(plan?.seconds).toBeUndefined();
    await ready.merge(goldenRecipe("ties"), { ...OPTIONS, run: "job" });
    expect((await ready.check(goldenRecipe("ties"), 0)).plan?.seconds).toBeGreaterThan(0);
  });

  it("keeps a merge from starting with the same problems", async () => {
    const merging = session.merge(goldenRecipe("ties"), { ...OPTIONS, run: "job" });
    await expect(merging).rejects.toMatchObject({ code: "recipe/invalid", facts: { code: "plan/model-missing" } });
    expect(await session.unfinished()).toEqual([]);
  });
});

it("tells of every method, in a form that can be posted", async () => {
  const facts = await session.methods();
  expect(structuredClone(facts).map(({ id }) => id)).toEqual(methodFacts.map(({ id }) => id));
});

it("says that it was not started", async () => {
  const idle = createSession(new MemoryEnvironment());
  await expect(idle.check("merge_method: linear", 0)).rejects.toMatchObject({ code: "engine/not-started" });
});

it("has one run of a name at a time", async () => {
  const ready = await openGoldenSession();
  const first = ready.merge(goldenRecipe("linear"), { ...OPTIONS, run: "job" });
  await expect(ready.merge(goldenRecipe("linear"), { ...OPTIONS, run: "job" })).rejects.toMatchObject({
    code: "job/running",
  });
  await first;
});

it("tells of storage and memory", async () => {
  expect(await session.storage()).toEqual({
    usage: 0,
    quota: Number.MAX_SAFE_INTEGER,
    persisted: false,
    cache: [],
  });
  expect(await session.memory()).toMatchObject({ lent: 0 });
});
