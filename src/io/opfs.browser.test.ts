import { afterAll, describe, expect, it } from "vitest";
import { AwaseError } from "../base/errors";
import { opfsFiles, opfsFolder, opfsOutput, removeOpfs } from "./opfs";
import type { Reply, Request } from "./opfsWorker.testing";
import { describeOutput } from "./outputs.testing";
import { patterned } from "./sources.testing";
import type { ByteSink, OutputFolder } from "./types";

const ROOT = "awase-test";
let made = 0;
const fresh = () => `${ROOT}/${++made}`;
afterAll(() => removeOpfs(ROOT));

async function filesOf(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = await opfsFiles(path);
  return new Map(
    await Promise.all(files.map(async ({ path, file }) => [path, new Uint8Array(await file.arrayBuffer())] as const)),
  );
}

type Unsent<R> = R extends Request ? Omit<R, "id"> : never;

/** An output folder in a worker of its own. */
function inWorker() {
  const worker = new Worker(new URL("./opfsWorker.testing.ts", import.meta.url), { type: "module" });
  let asked = 0;
  const ask = (request: Unsent<Request>): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      worker.addEventListener("message", function hear({ data }: MessageEvent<Reply>) {
        if (data.id !== id) return;
        worker.removeEventListener("message", hear);
        const { error } = data;
        if (error) reject(AwaseError.of({ code: error.code, message: error.message, facts: error.facts }));
        else resolve(data);
      });
      worker.postMessage({ ...request, id });
    });
  const output = (root: string): OutputFolder => ({
    name: root,
    async create(path, { size, resume = false }) {
      const [sink = -1, kept = -1] = (await ask({ kind: "create", root, path, size, resume })).value ?? [];
      const end = (kind: "flush" | "close" | "abort" | "abandon") => async () => void (await ask({ kind, sink }));
      return {
        kept,
        read: async (start, end) => (await ask({ kind: "read", sink, start, end })).bytes ?? new Uint8Array(),
        write: async (bytes, at) => void (await ask({ kind: "write", sink, bytes, at })),
        flush: end("flush"),
        close: end("close"),
        abort: end("abort"),
        access: { close: end("abandon") },
      } satisfies ByteSink & { access: unknown };
    },
    remove: async (path) => void (await ask({ kind: "remove", root, path })),
  });
  return { output, terminate: () => worker.terminate() };
}

const shared = inWorker();
afterAll(() => shared.terminate());

describeOutput(
  "the browser's own file system, from a worker",
  async () => {
    const root = fresh();
    return { output: shared.output(root), files: () => filesOf(root) };
  },
  { resumes: true },
);

describeOutput(
  "the browser's own file system, from the page",
  async () => {
    const root = fresh();
    return { output: opfsOutput(root), files: () => filesOf(root) };
  },
  { resumes: false },
);

describe("a worker that dies", () => {
  it("leaves flushed bytes to the next one, and nothing that looks whole", async () => {
    const root = fresh();
    const bytes = patterned(100_000);
    const first = inWorker();
    const sink = await first.output(root).create("model.safetensors", { size: bytes.length });
    await sink.write(bytes.slice(0, 60_000), 0);
    await sink.flush?.();
    first.terminate();
    expect((await filesOf(root)).size).toBe(0);

    const second = inWorker();
    const rest = await second.output(root).create("model.safetensors", { size: bytes.length, resume: true });
    await rest.write(bytes.slice(60_000), 60_000);
    await rest.close();
    second.terminate();
    expect(await filesOf(root)).toEqual(new Map([["model.safetensors", bytes]]));
  });
});

describe("a kept folder", () => {
  it("is read like any other", async () => {
    const root = fresh();
    const sink = await shared.output(root).create("sub/f.bin", { size: 5000 });
    await sink.write(patterned(5000), 0);
    await sink.close();
    const folder = opfsFolder(root);
    expect(folder.name).toBe(root.split("/").at(-1));
    expect(await folder.list()).toEqual([{ path: "sub/f.bin", size: 5000 }]);
    const source = await folder.open("sub/f.bin");
    expect(await source.read(100, 4000)).toEqual(patterned(5000).slice(100, 4000));
    await expect(folder.open("sub/other")).rejects.toMatchObject({ code: "io/not-found" });
    await expect(folder.open("sub")).rejects.toMatchObject({ code: "io/not-found" });
    await expect(folder.open("../f")).rejects.toMatchObject({ code: "io/path" });
  });

  it("can be removed, twice", async () => {
    const root = fresh();
    await (await shared.output(root).create("f", { size: 0 })).close();
    await removeOpfs(root);
    await removeOpfs(root);
    expect(await opfsFiles(root)).toEqual([]);
  });
});
