import { AwaseError } from "../base/errors";
import type { Shard } from "../formats/safetensorsWriter";
import type { ByteSink } from "../io/types";
import type { OutputPlace } from "./environment";
import { hashSource } from "./fileCopy";
import type { Hasher } from "./hashing";

/** One weight file being written, hashed on the way as long as its bytes come in file order. */
export class ShardFile {
  readonly #place: OutputPlace;
  readonly #newHasher: () => Promise<Hasher>;
  readonly #sink: ByteSink;
  /** Absent once bytes came out of order: the file is then hashed by reading it at the end. */
  #hasher: Hasher | undefined;
  #hashed = 0;

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
    const file = new ShardFile(shard, place, newHasher, sink, await newHasher());
    await file.write(shard.header, 0);
    return file;
  }

  /** Takes up a file that an earlier try left unclosed, with the bytes it flushed. */
  static async reopen(shard: Shard, place: OutputPlace, newHasher: () => Promise<Hasher>): Promise<ShardFile> {
    return new ShardFile(
      shard,
      place,
      newHasher,
      await place.output.create(shard.file, { size: shard.size, resume: true }),
    );
  }

  async write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void> {
    await this.#sink.write(bytes, at);
    if (!this.#hasher) return;
    if (at === this.#hashed) {
      await this.#hasher.update(bytes);
      this.#hashed += bytes.length;
    } else {
      this.#hasher = undefined;
    }
  }

  async flush(): Promise<void> {
    await this.#sink.flush?.();
  }

  /** Closes the file and gives its sha256. */
  async close(signal?: AbortSignal): Promise<string> {
    await this.#sink.close();
    if (this.#hasher && this.#hashed === this.shard.size) return this.#hasher.digest();
    return hashClosedShard(this.shard, this.#place, this.#newHasher, signal);
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
  const same = start.length === shard.header.length && start.every((byte, index) => byte === shard.header[index]);
  if (source.size !== shard.size || !same) {
    throw new AwaseError(
      "output/damaged",
      `Cannot finish ${shard.file}: what an earlier try left of it is damaged (it has ${source.size} of ${shard.size} bytes, ` +
        `${same ? "and its header" : "and not the header that was written"}). Discard the run and start it anew.`,
      { facts: { file: shard.file, found: source.size, expected: shard.size } },
    );
  }
  return hashSource(source, await newHasher(), signal);
}
