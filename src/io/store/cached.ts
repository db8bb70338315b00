import type { Bytes } from "../../base/bytes";
import { AwaseError, type ErrorFacts } from "../../base/errors";
import { checkRange, shortRead } from "../errors";
import { storageNote } from "../failures";
import type { ByteRange, ByteSource, FileVersion, NewSha256, Published } from "../types";
import type { BlockStore } from "./blockStore";
import { type Block, type BlockFile, rangeKey } from "./blockTable";
import type { CachedSource } from "./cachedSource";
import { FileProof } from "./fileProof";
import { intersect, joinRanges, Segments, subtractRanges, totalBytes } from "./ranges";
import { SharedWork } from "./shared";

/** Bytes fetched and stored at once of what was announced with `expect`. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

/** The same elsewhere: little enough for a header, aligned so that two readers meet in one cell. */
const GRID_BYTES = 4 * 1024 * 1024;

/** Something worth telling the user that is no failure. */
export interface CacheNote {
  readonly code: string;
  readonly message: string;
  readonly facts: ErrorFacts;
}

/**
 * A remote file read through the block store: only what is missing is fetched, and stored. `expect` says which ranges
 * will be read; they are then fetched in segments of at most 16 MiB and nothing else is. Reads of one segment share
 * one fetch. When the store cannot keep bytes, reading goes on without it.
 * @param onNote told once when bytes can no longer be kept: `storage/quota` or `storage/unavailable`
 * @param newSha256 what published hashes are checked with
 */
export function cachedSource(
  remote: ByteSource,
  store: BlockStore,
  file: BlockFile,
  onNote: (note: CacheNote) => void = () => undefined,
  newSha256?: NewSha256,
): CachedSource {
  return new StoredSource(remote, store, file, onNote, newSha256);
}

class StoredSource implements CachedSource {
  readonly name: string;
  readonly size: number;
  readonly version?: FileVersion;
  readonly published?: Published;
  readonly proof?: FileProof;
  #segments: Segments;
  /** What the store has of this file: asked once, then kept up to date here. */
  #blocks: Promise<Set<Block>> | undefined;
  readonly #fetches = new Map<string, SharedWork<Bytes>>();
  #keeps = true;
  /** Whether something that was kept is no longer there. */
  #lost = false;
  /** Whether what was fetched here made the file whole. */
  #completed = false;

  constructor(
    private readonly remote: ByteSource,
    private readonly store: BlockStore,
    private readonly file: BlockFile,
    private readonly onNote: (note: CacheNote) => void,
    newSha256?: NewSha256,
  ) {
    this.name = remote.name;
    this.size = remote.size;
    if (remote.version) this.version = remote.version;
    const { published } = remote;
    if (published) {
      this.published = published;
      this.proof = new FileProof({
        source: this,
        remote,
        published,
        store,
        file,
        newSha256,
        isSteady: () => this.#keeps && !this.#lost,
        onForget: () => {
          this.#blocks = undefined;
          this.#completed = false;
        },
      });
    }
    this.#segments = new Segments(remote.size, [], SEGMENT_BYTES, GRID_BYTES);
  }

  expect(ranges: readonly ByteRange[]): void {
    this.#segments = new Segments(this.size, ranges, SEGMENT_BYTES, GRID_BYTES);
  }

  async cachedBytes(ranges: readonly ByteRange[]): Promise<number> {
    // Asked anew: other sources of the same file may have added blocks, the user may have evicted them.
    const kept = joinRanges(await this.store.blocks(this.file).catch(() => []));
    const asked = joinRanges(ranges);
    return totalBytes(asked) - totalBytes(asked.flatMap((range) => subtractRanges(range, kept)));
  }

  async read(start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    signal?.throwIfAborted();
    checkRange(this, start, end);
    const wanted = { start, end };
    const out = new Uint8Array(end - start);
    await Promise.all(this.#segments.covering(wanted).map((segment) => this.#fill(segment, wanted, out, signal)));
    signal?.throwIfAborted();
    if (this.#completed) {
      this.#completed = false;
      this.proof?.begin(signal);
    }
    return out;
  }

  /** Puts the wanted bytes that lie in a segment where they belong in `out`. */
  async #fill(segment: ByteRange, wanted: ByteRange, out: Uint8Array, signal?: AbortSignal): Promise<void> {
    const known = await this.#known();
    const damaged: ByteRange[] = [];
    const kept: ByteRange[] = [];
    for (const block of known) {
      const shared = intersect(block, segment);
      if (!shared) continue;
      kept.push(shared);
      const part = intersect(shared, wanted);
      if (!part) continue;
      const bytes = await this.store.read(block, part).catch(() => undefined);
      if (bytes) {
        out.set(bytes, part.start - wanted.start);
      } else {
        known.delete(block);
        this.#lost = true;
        damaged.push(shared);
      }
    }
    const gaps = [...damaged, ...subtractRanges(segment, joinRanges(kept))];
    await Promise.all(
      gaps.map(async (gap) => {
        const part = intersect(gap, wanted);
        if (!part) return;
        const bytes = await this.#fetch(gap, signal);
        out.set(bytes.subarray(part.start - gap.start, part.end - gap.start), part.start - wanted.start);
      }),
    );
  }

  async #fetch(gap: ByteRange, signal?: AbortSignal): Promise<Bytes> {
    const key = rangeKey({ ...this.file, ...gap });
    const recent = this.store.recent.get(key);
    if (recent) return recent;
    signal?.throwIfAborted(); // nothing is asked for on behalf of a reader who has gone
    let work = this.#fetches.get(key);
    if (!work || work.cancelled) {
      const fresh = new SharedWork((all) =>
        this.#fetchAndKeep(gap, all).finally(() => {
          if (this.#fetches.get(key) === fresh) this.#fetches.delete(key);
        }),
      );
      work = fresh;
      this.#fetches.set(key, work);
    }
    return work.wait(signal);
  }

  async #fetchAndKeep(gap: ByteRange, signal: AbortSignal): Promise<Bytes> {
    const bytes = await this.remote.read(gap.start, gap.end, signal);
    if (bytes.length !== gap.end - gap.start) throw shortRead(this.name, gap.start, gap.end, bytes.length);
    if (this.#keeps) await this.#keep(gap, bytes);
    if (!this.#keeps) this.store.recent.set(rangeKey({ ...this.file, ...gap }), bytes); // for the next small read
    return bytes;
  }

  async #keep(gap: ByteRange, bytes: Bytes): Promise<void> {
    try {
      const whole = bytes.length === this.size; // what is read in one piece was checked
      const block = await this.store.put(this.file, gap.start, bytes, whole && this.published !== undefined);
      const known = await this.#known();
      known.add(block);
      const [first] = joinRanges([...known]);
      if (!whole && first?.start === 0 && first.end === this.size) this.#completed = true;
    } catch (error) {
      this.#stopKeeping(error);
    }
  }

  /** What the store has; nothing if it cannot be asked. */
  #known(): Promise<Set<Block>> {
    this.#blocks ??= this.store.blocks(this.file).then(
      (blocks) => new Set(blocks),
      (error: unknown) => {
        this.#stopKeeping(error);
        return new Set();
      },
    );
    return this.#blocks;
  }

  /** A cache that fails must not fail the merge. */
  #stopKeeping(error: unknown): void {
    if (!this.#keeps) return;
    this.#keeps = false;
    const { name } = this;
    if (error instanceof AwaseError && error.code === "storage/quota") {
      const { needed, free } = error.facts;
      const left = free === undefined ? undefined : Number(free);
      this.onNote(storageNote("storage/quota", { name: String(error.facts.name), needed: Number(needed), free: left }));
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    this.onNote(storageNote("storage/unavailable", { name, reason }));
  }
}
