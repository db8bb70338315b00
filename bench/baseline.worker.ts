import { fileSource } from "../src/io/file";
import { opfsOutput, removeOpfs } from "../src/io/opfs";
import { BlockStore } from "../src/io/store/blockStore";
import { cachedSource } from "../src/io/store/cached";
import type { ByteSource } from "../src/io/types";
import { bareLoop } from "./bareLoop";
import type { BaselineRequest } from "./protocol";

/** Bytes moved at once, as a merge's blocks. */
const PIECE = 8 * 1024 * 1024;

/** What is stored must be all there: a baseline that fetched would measure something else. */
const NOTHING = (name: string, size: number): ByteSource => ({
  name,
  size,
  read: () => Promise.reject(new Error(`${name} is not wholly in the block store.`)),
});

self.onmessage = async ({ data }: MessageEvent<BaselineRequest>) => {
  try {
    self.postMessage({ seconds: await measure(data) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};

async function measure(request: BaselineRequest): Promise<number> {
  if (request.kind === "loop") return bareLoop(navigator.gpu, request.inputs, request.bytes);
  const sources =
    request.kind === "copy-files"
      ? request.files.map((file) => fileSource(file, file.name))
      : request.repos.map((file) => {
          const source = cachedSource(NOTHING(file.repo, request.size), new BlockStore(), {
            ...file,
            path: "model.safetensors",
          });
          source.expect([{ start: 0, end: request.size }]);
          return source;
        });
  return copy(sources);
}

/** Reads all sources side by side and writes the bytes of the first to OPFS: what a merge does, less the merging. */
async function copy(sources: readonly ByteSource[]): Promise<number> {
  const size = Math.min(...sources.map((source) => source.size));
  const output = opfsOutput("bench");
  const started = performance.now();
  const sink = await output.create("copy.safetensors", { size });
  let writing = Promise.resolve();
  for (let at = 0; at < size; at += PIECE) {
    const end = Math.min(at + PIECE, size);
    const [first] = await Promise.all(sources.map((source) => source.read(at, end)));
    await writing;
    if (first) writing = sink.write(first, at);
  }
  await writing;
  await sink.close();
  const seconds = (performance.now() - started) / 1000;
  await removeOpfs("bench");
  return seconds;
}
