import type { Shard } from "../../formats/safetensorsWriter";
import type { OutputPlace } from "../machine/environment";
import type { Hasher } from "../machine/hashing";
import type { OutputFile } from "../protocol/protocol";
import type { RunJournal } from "./journal";
import { damaged, hashClosedShard, ShardFile } from "./shardFile";

/** Finished tensors are journalled at most this often: a crash loses no more than this much work. */
const NOTE_INTERVAL_MS = 250;

/** Where one planned tensor goes. */
interface Slot {
  readonly shard: Shard;
  /** First byte in the file. */
  readonly start: number;
}

export interface WeightWriterOptions {
  /** In the order of the plan's tensors. */
  readonly shards: readonly Shard[];
  readonly place: OutputPlace;
  readonly journal: RunJournal;
  readonly newHasher: () => Promise<Hasher>;
  /** Milliseconds between entries in the journal; for tests. */
  readonly noteEveryMs?: number;
}

/**
 * Writes the weights of a run: each tensor at its place in its shard, each shard closed, hashed and delivered when its last
 * tensor is finished, and everything journalled. It may be left at any moment and opened again on the same journal.
 */
export class WeightWriter {
  readonly shards: readonly Shard[];
  readonly #place: OutputPlace;
  readonly #journal: RunJournal;
  readonly #newHasher: () => Promise<Hasher>;
  readonly #noteEveryMs: number;
  readonly #slots: readonly Slot[];
  readonly #open = new Map<Shard, ShardFile>();
  /** Tensors not yet finished, by shard. */
  readonly #pending: Map<Shard, Set<number>>;
  readonly #finished: Set<number>;
  /** Shards whose files were made, by this try or an earlier one. */
  readonly #begun: Set<Shard>;
  #noted = performance.now();
  /** Calls are done one after the other, also when a caller no longer waits for its own. */
  #line: Promise<unknown> = Promise.resolve();

  private constructor({ shards, place, journal, newHasher, noteEveryMs = NOTE_INTERVAL_MS }: WeightWriterOptions) {
    this.shards = shards;
    this.#place = place;
    this.#journal = journal;
    this.#newHasher = newHasher;
    this.#noteEveryMs = noteEveryMs;
    this.#slots = shards.flatMap((shard) => shard.tensors.map(({ start }) => ({ shard, start })));
    const closed = new Set(journal.record.files.map(({ path }) => path));
    const done = this.#slots.flatMap(({ shard }, index) => (closed.has(shard.file) ? [index] : []));
    this.#finished = new Set([...journal.record.finished, ...done]);
    this.#pending = new Map(shards.map((shard) => [shard, new Set<number>()]));
    this.#slots.forEach(({ shard }, index) => {
      if (!this.#finished.has(index)) this.#pending.get(shard)?.add(index);
    });
    this.#begun = new Set(this.#slots.filter((_, index) => this.#finished.has(index)).map(({ shard }) => shard));
  }

  /**
   * Begins to write, or goes on where the journal says.
   * @throws {AwaseError} `output/damaged` when files of an earlier try are not as they were left
   */
  static async open(options: WeightWriterOptions, signal?: AbortSignal): Promise<WeightWriter> {
    const writer = new WeightWriter(options);
    await writer.#takeUpClosedFiles(signal);
    return writer;
  }

  /** Indices in the plan of tensors that need not be made again. */
  get finished(): ReadonlySet<number> {
    return this.#finished;
  }

  /** Writes bytes of tensor `index` of the plan, `at` counted from the tensor's first byte. */
  write(index: number, bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void> {
    return this.#inLine(async () => {
      const { shard, start } = this.#slot(index);
      const file = await this.#fileOf(shard);
      await file.write(bytes, start + at);
    });
  }

  /** Tensor `index` is written whole. */
  finish(index: number, signal?: AbortSignal): Promise<void> {
    return this.#inLine(async () => {
      const { shard } = this.#slot(index);
      const pending = this.#pending.get(shard);
      pending?.delete(index);
      this.#finished.add(index);
      if (pending?.size === 0) await this.#close(shard, signal);
      else if (performance.now() - this.#noted >= this.#noteEveryMs) await this.#note();
    });
  }

  /**
   * Every tensor is finished: closes what an interrupted try finished but did not close, and looks whether all is there.
   * @throws {AwaseError} `output/damaged` when a file that was delivered is gone or was cut since
   */
  complete(signal?: AbortSignal): Promise<void> {
    return this.#inLine(async () => {
      await this.#takeUpClosedFiles(signal);
      for (const shard of this.shards) {
        if (!this.#isNoted(shard)) await this.#close(shard, signal);
      }
      const { delivery, folder } = this.#place;
      const sizes = new Map((await (delivery?.target ?? folder).list(signal)).map(({ path, size }) => [path, size]));
      for (const shard of this.shards) {
        const found = sizes.get(shard.file) ?? 0;
        if (found !== shard.size) throw damaged(shard, found);
      }
    });
  }

  /** Waits for calls whose callers gave up, then puts everything finished on disk and in the journal. */
  settle(): Promise<void> {
    return this.#inLine(() => this.#note());
  }

  /** Closes what is open so that it leaves no trace. */
  abort(): Promise<void> {
    return this.#inLine(async () => {
      const files = [...this.#open.values()];
      this.#open.clear();
      await Promise.allSettled(files.map((file) => file.abort()));
    });
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#line.then(work);
    this.#line = next.catch(() => undefined);
    return next;
  }

  /** Disk first, journal second. */
  async #note(): Promise<void> {
    for (const file of this.#open.values()) await file.flush();
    await this.#journal.note({ finished: [...this.#finished] });
    this.#noted = performance.now();
  }

  async #fileOf(shard: Shard): Promise<ShardFile> {
    const open = this.#open.get(shard);
    if (open) return open;
    const make = this.#begun.has(shard) ? ShardFile.reopen : ShardFile.create;
    const file = await make(shard, this.#place, this.#newHasher);
    this.#begun.add(shard);
    this.#open.set(shard, file);
    return file;
  }

  async #close(shard: Shard, signal?: AbortSignal): Promise<void> {
    const file = await this.#fileOf(shard);
    this.#open.delete(shard);
    await this.#deliver(shard, await file.close(signal), signal);
  }

  async #deliver(shard: Shard, sha256: string, signal?: AbortSignal): Promise<void> {
    await this.#place.delivery?.copy(shard.file, signal);
    const delivered: OutputFile = { path: shard.file, size: shard.size, sha256 };
    await this.#journal.note({ files: [...this.#journal.record.files, delivered] });
    await this.#place.delivery?.dropStaged(shard.file);
  }

  /**
   * A file is closed only when its last tensor is finished; a crash after that and before the journal knew leaves it
   * whole, so it is taken as it is.
   */
  async #takeUpClosedFiles(signal?: AbortSignal): Promise<void> {
    const closed = new Set((await this.#place.folder.list(signal)).map(({ path }) => path));
    for (const shard of this.shards) {
      if (this.#isNoted(shard) || !closed.has(shard.file)) continue;
      const sha256 = await hashClosedShard(shard, this.#place, this.#newHasher, signal);
      for (const index of this.#pending.get(shard) ?? []) this.#finished.add(index);
      this.#pending.get(shard)?.clear();
      await this.#deliver(shard, sha256, signal);
    }
  }

  #isNoted(shard: Shard): boolean {
    return this.#journal.record.files.some(({ path }) => path === shard.file);
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    if (!slot) throw new RangeError(`The plan has ${this.#slots.length} tensors, so there is no tensor ${index}.`);
    return slot;
  }
}
