import { afterAll, beforeAll, expect, it } from "vitest";
import { AwaseError, isAbort } from "../base/errors";
import { widen } from "../formats/convert";
import type { FloatDType } from "../formats/dtypes";
import { readSafetensors } from "../formats/safetensors";
import { fileSource } from "../io/file";
import { removeOpfs } from "../io/opfs";
import { connectEngine } from "./boundary/client";
import type { EvaluationEvent } from "./protocol/evalProtocol";
import type { MergeEvent, MergeOptions, ModelOrigin } from "./protocol/protocol";

/* The real worker: comlink, WebGPU, OPFS, IndexedDB and locks of a real browser. */

const urls = import.meta.glob<string>(
  ["../../e2e/golden/merge/models/{base,a,b}/*", "../../e2e/golden/merge/expected/task_arithmetic/*"],
  { query: "?url", import: "default", eager: true },
);
const recipes = import.meta.glob<string>("../../e2e/golden/merge/recipes/task_arithmetic.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const RECIPE = Object.values(recipes)[0] ?? "";
const SHARDED: MergeOptions = { seed: 0, name: "merged", shardBytes: 40_000, allowNonFinite: false };
const ONE_FILE: MergeOptions = { ...SHARDED, shardBytes: 0 };

const engine = connectEngine();

/** A golden folder as dropped files. */
async function dropped(folder: string): Promise<{ path: string; file: File }[]> {
  const paths = Object.entries(urls).filter(([path]) => path.includes(`/${folder}/`));
  return Promise.all(
    paths.map(async ([path, url]) => {
      const name = path.split("/").at(-1) ?? "";
      return { path: name, file: new File([await (await fetch(url)).blob()], name) };
    }),
  );
}

async function valuesOf(file: File): Promise<ReadonlyMap<string, Float32Array>> {
  const source = fileSource(file, file.name);
  const { tensors } = await readSafetensors(source);
  const values = tensors.map(
    async ({ name, dtype, start, end }): Promise<[string, Float32Array]> => [
      name,
      widen(await source.read(start, end), dtype as FloatDType),
    ],
  );
  return new Map(await Promise.all(values));
}

async function hashOf(file: File): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A folder such as the user would pick. */
async function pickedFolder(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(name, { create: true });
}

async function filesIn(folder: FileSystemDirectoryHandle): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  for await (const [name, handle] of folder.entries()) {
    if (handle instanceof FileSystemFileHandle) files.set(name, await handle.getFile());
  }
  return files;
}

/** Runs `act` once, when so many tensors are done. */
function atTensor(count: number, act: () => void): (event: MergeEvent) => void {
  let acted = false;
  return (event) => {
    if (acted || event.type !== "progress" || event.tensorsDone < count) return;
    acted = true;
    act();
  };
}

beforeAll(async () => {
  const info = await engine.start({ hubUrl: location.origin, samplesUrl: location.origin, device: "webgpu" });
  expect(info).toMatchObject({ kind: "webgpu" });
  for (const name of ["base", "a", "b"]) {
    const origin: ModelOrigin = { kind: "files", name, files: await dropped(`models/${name}`) };
    const { key, architecture } = await engine.addModel(origin);
    expect({ key, architecture }).toEqual({ key: name, architecture: "LlamaForCausalLM" });
  }
});
afterAll(async () => {
  for (const { report } of await engine.results()) await engine.removeResult(report.id);
  for (const { id } of await engine.unfinished()) await engine.discard(id);
  engine.terminate();
  for (const name of ["picked", "full"]) await removeOpfs(name);
});

it("merges on the GPU into a folder kept in the browser", async () => {
  const check = await engine.check(RECIPE, 0);
  expect(check.missing).toEqual([]);
  expect(check.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const events: MergeEvent[] = [];
  const report = await engine.merge(RECIPE, { ...ONE_FILE, run: "kept" }, { onEvent: (event) => events.push(event) });
  expect(report).toMatchObject({ id: "kept", place: "browser", tensors: check.plan?.totals.tensors });

  const files = new Map((await engine.resultFiles("kept")).map(({ path, file }) => [path, file]));
  expect([...files.keys()].sort()).toEqual(report.files.map(({ path }) => path).sort());
  for (const { path, size, sha256 } of report.files) {
    const file = files.get(path) ?? new File([], path);
    expect({ path, size: file.size, sha256: await hashOf(file) }).toEqual({ path, size, sha256 });
  }
  const [expected] = (await dropped("expected/task_arithmetic")).filter(({ path }) => path === "model.safetensors");
  const got = await valuesOf(files.get("model.safetensors") ?? new File([], ""));
  for (const [name, wanted] of await valuesOf(expected?.file ?? new File([], ""))) {
    const values = got.get(name) ?? new Float32Array();
    const off = wanted.findIndex(
      (value, at) => !(Math.abs(value - (values[at] ?? 0)) <= 2e-6 + 4e-6 * Math.abs(value)),
    );
    expect({ name, length: values.length, off }).toEqual({ name, length: wanted.length, off: -1 });
  }
  expect(events.at(-1)).toMatchObject({ type: "progress", tensorsDone: report.tensors });
  expect(await engine.results()).toMatchObject([{ report: { id: "kept" } }]);
});

it("tells how long the same merge will take, once it has made one", async () => {
  expect((await engine.check(RECIPE, 0)).plan?.seconds).toBeGreaterThan(0);
});

it("writes into a picked folder, and refuses one that has a model", async () => {
  const directory = await pickedFolder("picked");
  const report = await engine.merge(RECIPE, { ...SHARDED, directory });
  expect(report.place).toBe("directory");
  const files = await filesIn(directory);
  expect([...files.keys()].sort()).toEqual(report.files.map(({ path }) => path).sort());
  for (const { path, sha256 } of report.files) {
    expect({ path, sha256: await hashOf(files.get(path) ?? new File([], path)) }).toEqual({ path, sha256 });
  }
  const again = engine.merge(RECIPE, { ...SHARDED, directory });
  await expect(again).rejects.toMatchObject({ code: "output/not-empty", facts: { folder: "picked" } });
});

it("copies a kept result into a picked folder", async () => {
  const directory = await pickedFolder("full");
  const lanes: number[] = [];
  await engine.exportResult("kept", directory, { onEvent: ({ done, total }) => lanes.push(done / total) });
  expect(lanes.at(-1)).toBe(1);
  const [copied, kept] = [await filesIn(directory), await engine.resultFiles("kept")];
  for (const { path, file } of kept)
    expect(await hashOf(copied.get(path) ?? new File([], ""))).toBe(await hashOf(file));
});

it("cancels with nothing left", async () => {
  const abort = new AbortController();
  const onEvent = atTensor(0, () => abort.abort());
  const error = await engine
    .merge(RECIPE, { ...SHARDED, run: "cancelled" }, { signal: abort.signal, onEvent })
    .catch((reason: unknown) => reason);
  expect(isAbort(error)).toBe(true);
  const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle("runs");
  const found = () => runs.getDirectoryHandle("cancelled").catch(({ name }: DOMException) => name);
  await expect.poll(found).toBe("NotFoundError");
});

it("goes on with a new GPU device when the first is lost", async () => {
  const notes: MergeEvent[] = [];
  const lose = atTensor(0, () => void engine.loseDevice());
  const report = await engine.merge(RECIPE, ONE_FILE, {
    onEvent(event) {
      if (event.type === "note") notes.push(event);
      lose(event);
    },
  });
  expect(notes).toMatchObject([{ code: "gpu/lost" }]);
  const kept = (await engine.results()).find((result) => result.report.id === "kept");
  expect(report.files).toEqual(kept?.report.files);
});

it("goes on after the worker died, from the journal, to the same bytes", async () => {
  const whole = await engine.merge(RECIPE, SHARDED);
  const onEvent = atTensor(1, () => engine.terminate());
  const slow = { ...SHARDED, blockBytes: 4096 }; // so that there is something left to die in
  const error = await engine.merge(RECIPE, { ...slow, run: "died" }, { onEvent }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AwaseError);
  expect(error).toMatchObject({ code: "engine/worker-died" });
  const [run] = await engine.unfinished(); // a fresh worker, with the models of the dead one
  expect(run).toMatchObject({ id: "died", recipe: RECIPE });
  const report = await engine.resume("died");
  expect(report.files).toEqual(whole.files);
  expect(await engine.unfinished()).toEqual([]);
});

it("measures and answers with a recipe that nobody wrote, and keeps what its base gave", async () => {
  const subject = { kind: "recipe", recipe: RECIPE, seed: 0 } as const;
  const set = { id: "s", name: "s", split: "search", prompts: [{ text: "abc abc" }] } as const;
  const request = { subject, base: "base", sets: [set], positions: "all", topK: 16, maxTokens: 4 } as const;
  const events: EvaluationEvent[] = [];
  const onEvent = (event: EvaluationEvent) => events.push(event);
  const [first] = await engine.evaluate({ ...request, measures: ["perplexity", "divergence"] }, { onEvent });
  expect(first?.perplexity?.tokenWeighted).toBeGreaterThan(1);
  expect(first?.divergence?.symmetric).toBeGreaterThan(0);
  expect(events.at(-1)).toEqual({ type: "measured", evaluation: first });
  const [again] = await engine.evaluate({ ...request, measures: ["perplexity", "divergence"] });
  expect(again).toMatchObject({ perplexity: first?.perplexity, divergence: first?.divergence });

  const texts: string[] = [];
  const asked = { subject, prompt: "abc", chat: true, maxTokens: 4, temperature: 0, topP: 1, seed: 0 };
  const answer = await engine.answer(asked, { onEvent: (text) => texts.push(text) });
  expect(answer.tokens).toBeLessThanOrEqual(4);
  expect(texts.at(-1) ?? "").toBe(answer.text);
  const kept = (await indexedDB.databases()).map(({ name }) => name);
  expect(kept).toContain("awase-base-values");
});
