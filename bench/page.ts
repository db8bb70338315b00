import { connectEngine } from "../src/engine/boundary/client";
import { lmBench } from "./lm/page";
import type { BaselineRequest, BenchPage } from "./protocol";

declare global {
  interface Window {
    bench: BenchPage;
  }
}

const engine = connectEngine();
const keys: string[] = [];
const pinned: { repo: string; revision: string }[] = [];

function pickedFiles(): readonly File[] {
  const input = document.querySelector<HTMLInputElement>("#files");
  return [...(input?.files ?? [])];
}

function baseline(request: BaselineRequest): Promise<number> {
  const worker = new Worker(new URL("./baseline.worker.ts", import.meta.url), { type: "module" });
  return new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.seconds));
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

const weights = () => pickedFiles().filter((file) => file.name === "model.safetensors");
const modelOf = (file: File) => file.webkitRelativePath.split("/").at(-2) ?? "";

window.bench = {
  lm: lmBench(engine, pickedFiles),
  async start(hubUrl) {
    const info = await engine.start({ hubUrl, samplesUrl: new URL("samples", location.href).href, device: "webgpu" });
    return info.name;
  },
  async addFiles() {
    for (const name of new Set(pickedFiles().map(modelOf))) {
      const files = pickedFiles().filter((file) => modelOf(file) === name);
      const origin = { kind: "files" as const, name, files: files.map((file) => ({ path: file.name, file })) };
      keys.push((await engine.addModel(origin)).key);
    }
  },
  async addHub(repos) {
    for (const repo of repos) {
      const { key, revision } = await engine.addModel({ kind: "hub", repo });
      keys.push(key);
      if (revision) pinned.push({ repo, revision });
    }
  },
  async removeModels() {
    for (const key of keys.splice(0)) await engine.removeModel(key);
    pinned.length = 0;
  },
  async merge(recipe, blockBytes) {
    const report = await engine.merge(recipe, {
      seed: 0,
      name: "bench",
      shardBytes: 5e9,
      allowNonFinite: false,
      ...(blockBytes === undefined ? {} : { blockBytes }),
    });
    await engine.removeResult(report.id);
    return report;
  },
  async cancel(recipe, afterSeconds) {
    const control = new AbortController();
    let cancelled = 0;
    setTimeout(() => {
      cancelled = performance.now();
      control.abort();
    }, afterSeconds * 1000);
    const options = { seed: 0, name: "bench", shardBytes: 5e9, allowNonFinite: false };
    const ended = await engine.merge(recipe, options, { signal: control.signal }).then(
      () => "finished",
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
    if (ended !== "AbortError") throw new Error(`The merge was to be cancelled, but ended with ${ended}.`);
    return performance.now() - cancelled;
  },
  copy(sources, from) {
    const files = weights().slice(0, sources);
    if (from === "files") return baseline({ kind: "copy-files", files });
    return baseline({ kind: "copy-blocks", repos: pinned.slice(0, sources), size: files[0]?.size ?? 0 });
  },
  loop: (inputs) => baseline({ kind: "loop", inputs, bytes: weights()[0]?.size ?? 0 }),
};
