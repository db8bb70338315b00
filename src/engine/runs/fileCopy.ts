import type { Bytes } from "../../base/bytes";
import type { ByteSink, ByteSource, OutputFolder } from "../../io/types";
import type { Hasher } from "../machine/hashing";

/** Bytes moved at a time when a file is copied or hashed. */
const CHUNK_BYTES = 8 * 2 ** 20;

/** Walks a file in pieces. */
export async function* chunksOf(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Bytes> {
  for (let at = 0; at < source.size; at += CHUNK_BYTES) {
    yield await source.read(at, Math.min(at + CHUNK_BYTES, source.size), signal);
  }
}

/** Hex sha256 of a file. */
export async function hashSource(source: ByteSource, hasher: Hasher, signal?: AbortSignal): Promise<string> {
  for await (const chunk of chunksOf(source, signal)) await hasher.update(chunk);
  return hasher.digest();
}

/** Writes a file from pieces that come in order; when it fails, nothing of it stays. */
export async function writeFile(
  output: OutputFolder,
  path: string,
  size: number,
  chunks: AsyncIterable<Bytes> | Iterable<Bytes>,
): Promise<void> {
  const sink: ByteSink = await output.create(path, { size });
  try {
    let at = 0;
    for await (const chunk of chunks) {
      await sink.write(chunk, at);
      at += chunk.length;
    }
    await sink.close();
  } catch (error) {
    await sink.abort().catch(() => undefined); // what stopped it tells more
    throw error;
  }
}
