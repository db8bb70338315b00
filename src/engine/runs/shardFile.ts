import type { Bytes } from "../../base/bytes";
import type { AwaseError } from "../../base/errors";
import { createXXHash64 } from "../../base/hashes";
import type { Shard } from "../../formats/safetensorsWriter";
import type { ByteSink } from "../../io/types";
import { engineFailure } from "../failures";
import type { OutputPlace } from "../machine/environment";
import type { Hasher } from "../machine/hashing";
import { hashSource } from "./fileCopy";

/** Bytes read at a time of what an earlier try wrote. */
const PIECE_BYTES = 8 * 2 ** 20;

/** One weight file being written, hashed on the way as long as its bytes come in file order. */
export class ShardFile {
  readonly #place: OutputPlace;
  readonly #newHasher: () => Promise<Hasher>;
  readonly #sink: ByteSink;
  /** Absent once bytes came out of order, or the hasher died: the file is then hashed by reading it at the end. */
  #hasher: Hasher | undefined;
  #hashed = 0;
  /** Whether what was found in the file was written by an earlier try. */
  #isOurs = true;

  private constructor(
    readonly shard: Shard,
    place: OutputPlace,
    newHasher: () => Promise<Hasher>,
    sink: ByteSink,
    hasher?: Hasher,
  ) {
    this.#place = place;
    this.#newHasher = newHasher;
    this.#sink = sink;
    this.#hasher = hasher;
  }

  static async create(shard: Shard, place: OutputPlace, newHasher: () => Promise<Hasher>): Promise<ShardFile> {
    const sink = await place.output.create(shard.file, { size: shard.size });
    try {
      const file = new ShardFile(shard, place, newHasher, sink, await newHasher());
      await file.write(shard.header, 0);
      return file;
    } catch (error) {
      await sink.abort().catch(() => undefined); // an open file is locked, for the next try as well
      throw error;
    }
  }

  /**
   * Takes up a file that an earlier try left unclosed, with the bytes it flushed. It may have been cut or taken away since:
   * `holds` tells what is there.
   */
  static async reopen(shard: Shard, place: OutputPlace, newHasher: () => Promise<Hasher>): Promise<ShardFile> {
    const sink = await place.output.create(shard.file, { size: shard.size, resume: true });
    const file = new ShardFile(shard, place, newHasher, sink);
    try {
      if (!(await file.#beginsWithHeader())) {
        file.#isOurs = false;
        await file.write(shard.header, 0);
      }
      return file;
    } catch (error) {
      await sink.abort().catch(() => undefined); // an open file is locked, for the next try as well
      throw error;
    }
  }

  /**
   * Whether bytes [start, end) of a file that was taken up are those an earlier try wrote.
   * @param digest their xxhash64; unknown, their being there must do
   */
  async holds(start: number, end: number, digest: string | undefined): Promise<boolean> {
    const { kept } = this.#sink;
    if (!this.#isOurs || (kept !== undefined && end > kept)) return false;
    if (digest === undefined || !this.#sink.read) return true;
    const hasher = (await createXXHash64()).init();
    for (let at = start; at < end; at += PIECE_BYTES) {
      hasher.update(await this.#sink.read(at, Math.min(at + PIECE_BYTES, end)));
    }
    return hasher.digest() === digest;
  }

  async #beginsWithHeader(): Promise<boolean> {
    const { header } = this.shard;
    const { kept, read } = this.#sink;
    if (kept !== undefined && kept < header.length) return false;
    if (!read) return true;
    const found = await read.call(this.#sink, 0, header.length);
    return found.every((byte, index) => byte === header[index]);
  }

  async write(bytes: Bytes, at: number): Promise<void> {
    await this.#sink.write(bytes, at);
    if (at !== this.#hashed) this.#hasher = undefined;
    try {
      await this.#hasher?.update(bytes);
    } catch {
      this.#hasher = undefined;
    }
    this.#hashed += bytes.length;
  }

  async flush(): Promise<void> {
    await this.#sink.flush?.();
  }

  /** Closes the file and gives its sha256. When it cannot be closed, it can be reopened. */
  async close(signal?: AbortSignal): Promise<string> {
    await this.#sink.close();
    const whole = this.#hashed === this.shard.size;
    const sha256 = whole ? await this.#hasher?.digest().catch(() => undefined) : undefined;
    return sha256 ?? hashClosedShard(this.shard, this.#place, this.#newHasher, signal);
  }

  abort(): Promise<void> {
    return this.#sink.abort();
  }
}

/**
 * The sha256 of a closed weight file, by reading it.
 * @throws {AwaseError} `output/damaged` when it does not begin with the header that was written, as when the browser
 * cleared the staged bytes between two tries
 */
export async function hashClosedShard(
  shard: Shard,
  place: OutputPlace,
  newHasher: () => Promise<Hasher>,
  signal?: AbortSignal,
): Promise<string> {
  const source = await place.folder.open(shard.file, signal);
  const start = await source.read(0, Math.min(shard.header.length, source.size), signal);
  const same = start.every((byte, index) => byte === shard.header[index]);
  if (source.size !== shard.size || !same) {
    throw damaged(shard, source.size, same ? "same" : "other");
  }
  return hashSource(source, await newHasher(), signal);
}

/** What was written of a weight file is not what lies there now. @param found bytes */
export function damaged(
  { file, size }: Pick<Shard, "file" | "size">,
  found: number,
  header?: "same" | "other",
): AwaseError {
  return engineFailure("output/damaged", { file, found, expected: size, header });
}
