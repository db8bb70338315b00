import type { Bytes } from "../../base/bytes";
import { createXXHash64, type IHasher } from "../../base/hashes";
import type { Shard } from "../../formats/safetensorsWriter";
import type { OutputPlace } from "../machine/environment";
import type { Hasher } from "../machine/hashing";
import type { OutputFile } from "../protocol/protocol";
import type { RunJournal } from "./journal";
import { CONFIG_FILE } from "./outputFiles";
import { damaged, hashClosedShard, ShardFile } from "./shardFile";

/** Finished tensors are journalled at most this often: a crash loses no more than this much work. */
const NOTE_INTERVAL_MS = 250;
/** An entry that took longer is long, as of a model with very many tensors: then they take one part in so many of a run's time. */
const LONG_NOTE_MS = 15;
const NOTE_SHARE = 20;

/** Where one planned tensor goes. */
interface Slot {
  readonly shard: Shard;
  /** Bytes [start, end) in the file. */
  readonly start: number;
  readonly end: number;
}

/** What an earlier try wrote of a file and what is no longer there, so that it is made again. */
export interface LostOutput {
  readonly file: string;
  /** Tensors that the journal has as finished. */
  readonly lost: number;
}

export interface WeightWriterOptions {
  /** In the order of the plan's tensors. */
  readonly shards: readonly Shard[];
  readonly place: OutputPlace;
  readonly journal: RunJournal;
  readonly newHasher: () => Promise<Hasher>;
  /** Milliseconds between entries in the journal; for tests. */
  readonly noteEveryMs?: number;
  readonly onLost?: (lost: LostOutput) => void;
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
  #onLost: (lost: LostOutput) => void;
  readonly #noteEveryMs: number;
  #pauseMs = 0;
  readonly #slots: readonly Slot[];
  readonly #open = new Map<Shard, ShardFile>();
  /** Tensors not yet finished, by shard. */
  readonly #pending: Map<Shard, Set<number>>;
  readonly #finished: Set<number>;
  /** Shards whose files were made, by this try or an earlier one. */
  readonly #begun: Set<Shard>;
  #noted = performance.now();
  /** Of the finished tensors in files that are not closed. */
  readonly #digests: Map<number, string>;
  /** Hashes the tensor that is being written, as far as its bytes come in order. */
  #writing: { readonly index: number; readonly hasher: IHasher; end: number } | undefined;
  #hasher: IHasher | undefined;
  /** Calls are done one after the other, also when a caller no longer waits for its own. */
  #line: Promise<unknown> = Promise.resolve();

  private constructor(options: WeightWriterOptions) {
    const { shards, place, journal, newHasher, noteEveryMs = NOTE_INTERVAL_MS, onLost = () => undefined } = options;
    this.shards = shards;
    this.#onLost = onLost;
    this.#place = place;
    this.#journal = journal;
    this.#newHasher = newHasher;
    this.#noteEveryMs = noteEveryMs;
    this.#slots = shards.flatMap((shard) => shard.tensors.map(({ start, end }) => ({ shard, start, end })));
    const closed = new Set(journal.record.files.map(({ path }) => path));
    const done = this.#slots.flatMap(({ shard }, index) => (closed.has(shard.file) ? [index] : []));
    this.#finished = new Set([...journal.record.finished, ...done]);
    this.#pending = new Map(shards.map((shard) => [shard, new Set<number>()]));
    this.#slots.forEach(({ shard }, index) => {
      if (!this.#finished.has(index)) this.#pending.get(shard)?.add(index);
    });
    this.#begun = new Set(this.#slots.filter((_, index) => this.#finished.has(index)).map(({ shard }) => shard));
    this.#digests = new Map(Object.entries(journal.record.digests).map(([index, digest]) => [Number(index), digest]));
  }

  /**
   * Begins to write, or goes on where the journal says. What an earlier try wrote and what is no longer there is told to `onLost`
   * and made again.
   * @throws {AwaseError} `output/damaged` when a file of another kind lies where one was closed
   */
  static async open(options: WeightWriterOptions, signal?: AbortSignal): Promise<WeightWriter> {
    const writer = new WeightWriter(options);
    await writer.#takeStock(signal);
    return writer;
  }

  /** Looks again whether what was closed is there: a run may be gone on with long after it failed. */
  recheck(onLost: (lost: LostOutput) => void, signal?: AbortSignal): Promise<void> {
    this.#onLost = onLost;
    return this.#inLine(() => this.#missClosedFiles(signal));
  }

  /** Indices in the plan of tensors that need not be made again. */
  get finished(): ReadonlySet<number> {
    return this.#finished;
  }

  /** Writes bytes of tensor `index` of the plan, `at` counted from the tensor's first byte. */
  write(index: number, bytes: Bytes, at: number): Promise<void> {
    return this.#inLine(async () => {
      const { shard, start } = this.#slot(index);
      const file = await this.#fileOf(shard);
      await file.write(bytes, start + at);
      await this.#hash(index, bytes, at);
    });
  }

  /** Tensor `index` is written whole. */
  finish(index: number, signal?: AbortSignal): Promise<void> {
    return this.#inLine(async () => {
      const { shard, start, end } = this.#slot(index);
      const pending = this.#pending.get(shard);
      pending?.delete(index);
      this.#finished.add(index);
      if (this.#writing?.index === index && this.#writing.end === end - start) {
        this.#digests.set(index, this.#writing.hasher.digest());
      } else this.#digests.delete(index);
      this.#writing = undefined;
      if (pending?.size === 0) await this.#close(shard, signal);
      else if (performance.now() - this.#noted >= Math.max(this.#noteEveryMs, this.#pauseMs)) await this.#note();
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
      const sizes = await this.#sizes(signal);
      for (const shard of this.shards) {
        const found = sizes.get(shard.file) ?? 0;
        if (found !== shard.size) throw damaged(shard, found);
      }
    });
  }

  /**
   * Takes back tensors that turned out to be wrong, and all others of their files: they are made again. Files first, journal second,
   * so that a crash in between leaves files that are missed, and none that is taken for good.
   */
  takeBack(wrong: readonly number[]): Promise<void> {
    return this.#inLine(async () => {
      const shards = new Set(wrong.map((index) => this.#slot(index).shard));
      for (const shard of shards) await this.#takeBackFile(shard);
      await this.#note();
    });
  }

  async #takeBackFile(shard: Shard): Promise<void> {
    const { output, delivery } = this.#place;
    await this.#open.get(shard)?.abort();
    this.#open.delete(shard);
    for (const path of [CONFIG_FILE, shard.file]) {
      await output.remove(path);
      await delivery?.takeBack(path);
    }
    for (const index of this.#tensorsOf(shard)) {
      this.#finished.delete(index);
      this.#digests.delete(index);
      this.#pending.get(shard)?.add(index);
    }
    this.#begun.delete(shard);
    const files = this.#journal.record.files.filter(({ path }) => path !== shard.file && path !== CONFIG_FILE);
    await this.#journal.note({ files, finished: [...this.#finished], digests: Object.fromEntries(this.#digests) });
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
    const begun = performance.now();
    for (const file of this.#open.values()) await file.flush();
    await this.#journal.note({ finished: [...this.#finished], digests: Object.fromEntries(this.#digests) });
    this.#noted = performance.now();
    const took = this.#noted - begun;
    this.#pauseMs = took > LONG_NOTE_MS ? NOTE_SHARE * took : 0;
  }

  async #hash(index: number, bytes: Uint8Array, at: number): Promise<void> {
    this.#hasher ??= await createXXHash64();
    if (at === 0) this.#writing = { index, hasher: this.#hasher.init(), end: 0 };
    const writing = this.#writing;
    if (writing?.index !== index || writing.end !== at) {
      this.#writing = undefined;
      return;
    }
    writing.hasher.update(bytes);
    writing.end += bytes.length;
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
    const { files, finished } = this.#journal.record;
    const done = this.#tensorsOf(shard);
    for (const index of done) this.#digests.delete(index);
    // Tensors of other files may not be on disk yet: they wait for their own entry.
    await this.#journal.note({ files: [...files, delivered], finished: [...new Set([...finished, ...done])] });
    await this.#place.delivery?.dropStaged(shard.file);
  }

  /** What the journal says is compared with what is there: closed files first, then those that were being written. */
  async #takeStock(signal?: AbortSignal): Promise<void> {
    await this.#missClosedFiles(signal);
    await this.#dropDelivered(signal);
    await this.#takeUpClosedFiles(signal);
    for (const shard of this.shards) {
      if (this.#isNoted(shard) || !this.#begun.has(shard)) continue;
      const file = await this.#fileOf(shard);
      const lost: number[] = [];
      for (const index of this.#tensorsOf(shard)) {
        signal?.throwIfAborted();
        const { start, end } = this.#slot(index);
        if (this.#finished.has(index) && !(await file.holds(start, end, this.#digests.get(index)))) lost.push(index);
      }
      this.#makeAgain(shard, lost);
    }
  }

  /** Files that were closed and delivered, and are gone or were cut since, are made again. */
  async #missClosedFiles(signal?: AbortSignal): Promise<void> {
    const { output } = this.#place;
    const sizes = await this.#sizes(signal);
    for (const shard of this.shards) {
      if (!this.#isNoted(shard) || sizes.get(shard.file) === shard.size) continue;
      // Without its config the folder is no model while it lacks a part of its weights.
      for (const path of [CONFIG_FILE, shard.file]) await output.remove(path);
      const files = this.#journal.record.files.filter(({ path }) => path !== shard.file && path !== CONFIG_FILE);
      const lost = this.#tensorsOf(shard);
      this.#makeAgain(shard, lost);
      this.#begun.delete(shard);
      await this.#journal.note({ files, finished: [...this.#finished] });
    }
  }

  /** A crash between the journal's entry of a delivered file and the end of its staged copy leaves the copy. */
  async #dropDelivered(signal?: AbortSignal): Promise<void> {
    const { delivery, folder } = this.#place;
    if (!delivery) return;
    const staged = new Set((await folder.list(signal)).map(({ path }) => path));
    for (const shard of this.shards) {
      if (this.#isNoted(shard) && staged.has(shard.file)) await delivery.dropStaged(shard.file);
    }
  }

  #makeAgain(shard: Shard, lost: readonly number[]): void {
    if (lost.length === 0) return;
    for (const index of lost) {
      this.#finished.delete(index);
      this.#digests.delete(index);
      this.#pending.get(shard)?.add(index);
    }
    this.#onLost({ file: shard.file, lost: lost.length });
  }

  /** Bytes of the closed files where they shall be in the end. */
  async #sizes(signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { delivery, folder } = this.#place;
    return new Map((await (delivery?.target ?? folder).list(signal)).map(({ path, size }) => [path, size]));
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

  #tensorsOf(shard: Shard): readonly number[] {
    return this.#slots.flatMap((slot, index) => (slot.shard === shard ? [index] : []));
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    if (!slot) throw new RangeError(`The plan has ${this.#slots.length} tensors, so there is no tensor ${index}.`);
    return slot;
  }
}
