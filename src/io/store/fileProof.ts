import { AwaseError, isAbort } from "../../base/errors";
import { createXXHash64 } from "../../base/hashes";
import { ioFailure } from "../failures";
import type { ByteRange, ByteSource, NewSha256, Proof, Published, UsedRange } from "../types";
import type { BlockStore } from "./blockStore";
import type { Block, BlockFile } from "./blockTable";
import { cutRanges, joinRanges, subtractRanges, totalBytes } from "./ranges";

/** Bytes hashed at a time: what a cache stores in one piece. */
const PIECE_BYTES = 16 * 1024 * 1024;

/** A file is fetched to its end, so that it can be told, where the rest is so small a part of it … */
const REST_SHARE = 1 / 8;
/** … or no more than so many bytes, with the greater part of it there. */
const REST_BYTES = 16 * 1024 * 1024;

export interface FileProofParts {
  /** Reads what is kept, and fetches the rest. */
  readonly source: ByteSource;
  readonly remote: ByteSource;
  readonly published: Published;
  readonly store: BlockStore;
  readonly file: BlockFile;
  /** Absent: the one of `published`. */
  readonly newSha256?: NewSha256 | undefined;
  /** Whether all that was read since the file was opened came from what is kept, or went there, and is kept still. */
  isSteady(): boolean;
  onForget(): void;
}

/**
 * Holds a file that is read by range through the store against its published hash. Only the whole of it has one:
 *
 * - Read whole, or nearly so (then the rest is fetched), it is hashed from what is kept, in the background as soon as it is there, and
 *   once: blocks remember it.
 * - Of less nothing can be told by hash. Where the connection guards its bytes, a second fetch would tell no more than the first.
 *   Where it does not, what was used is fetched again and compared.
 */
export class FileProof implements Proof {
  #hashing: Promise<void> | undefined;
  /** Why the file is not what it should be, until it is forgotten. */
  #fault: unknown;

  constructor(private readonly parts: FileProofParts) {}

  /** Begins to hash a file that is all there; `hold` tells the outcome. */
  begin(signal?: AbortSignal): void {
    this.#hash(signal).catch(() => undefined);
  }

  async hold(used: readonly UsedRange[] = [], earlier = false, signal?: AbortSignal): Promise<void> {
    const { source, remote, published, isSteady } = this.parts;
    await this.#hashing?.catch(() => undefined);
    signal?.throwIfAborted();
    if (this.#fault) throw this.#fault;
    const blocks = await this.#blocks();
    const missing = totalBytes(this.#gaps(blocks));
    if (missing > Math.max(source.size * REST_SHARE, Math.min(source.size / 2, REST_BYTES))) {
      if (!published.guarded) await this.#compare(used, remote, signal);
      return;
    }
    if (missing > 0 || !blocks.every(({ proven }) => proven)) {
      try {
        await this.#hash(signal);
      } catch (error) {
        // Whoever began it was stopped, which is no reason for this one to stop.
        if (isAbort(error) && !signal?.aborted) return this.hold(used, earlier, signal);
        throw error;
      }
    }
    if (earlier || !isSteady()) await this.#compare(used, source, signal);
  }

  async forget(): Promise<void> {
    await this.#hashing?.catch(() => undefined);
    await this.parts.store.forget(this.parts.file);
    this.parts.onForget();
    this.#fault = undefined;
  }

  /** Nothing if the store cannot be asked. */
  #blocks(): Promise<readonly Block[]> {
    return this.parts.store.blocks(this.parts.file).catch(() => []);
  }

  #gaps(blocks: readonly Block[]): readonly ByteRange[] {
    return subtractRanges({ start: 0, end: this.parts.source.size }, joinRanges(blocks));
  }

  #hash(signal?: AbortSignal): Promise<void> {
    this.#hashing ??= this.#hashed(signal)
      .catch((error: unknown) => {
        if (isFault(error)) this.#fault = error;
        throw error;
      })
      .finally(() => {
        this.#hashing = undefined;
      });
    return this.#hashing;
  }

  async #hashed(signal?: AbortSignal): Promise<void> {
    const { source, published, store, newSha256 } = this.parts;
    for (const { start, end } of cutRanges(this.#gaps(await this.#blocks()), PIECE_BYTES)) {
      await source.read(start, end, signal);
    }
    const blocks = await this.#blocks();
    const verifier = await published.verifier(newSha256);
    for (const { start, end } of piecesOf(source.size, blocks)) {
      await verifier.update(await source.read(start, end, signal));
    }
    await verifier.finish();
    await store.prove(blocks).catch(() => undefined); // on a full disk it is hashed again the next time
  }

  async #compare(used: readonly UsedRange[], source: ByteSource, signal?: AbortSignal): Promise<void> {
    const hasher = await createXXHash64();
    for (const [start, end, digest] of [...used].sort(([a], [b]) => a - b)) {
      const bytes = await source.read(start, end, signal);
      if (hasher.init().update(bytes).digest() !== digest) throw badBytes(source.name, start, end);
    }
  }
}

/** Whether an error says that bytes are others than they should be. */
export function isFault(error: unknown): error is AwaseError {
  return error instanceof AwaseError && (error.code === "hub/bad-hash" || error.code === "hub/bad-bytes");
}

/** The whole file in order, cut where blocks begin and end, so that each is read once. */
function piecesOf(size: number, blocks: readonly Block[]): readonly ByteRange[] {
  const cuts = [...new Set([0, ...blocks.flatMap(({ start, end }) => [start, end]), size])].sort((a, b) => a - b);
  return cutRanges(
    cuts.slice(1).map((end, index) => ({ start: cuts[index] ?? 0, end })),
    PIECE_BYTES,
  );
}

function badBytes(path: string, start: number, end: number): AwaseError {
  return ioFailure("hub/bad-bytes", { path, start, end });
}
