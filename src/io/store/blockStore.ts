import type { Bytes } from "../../base/bytes";
import { createXXHash64, type IHasher } from "../../base/hashes";
import { isQuotaExceeded, quotaExceeded } from "../errors";
import { ioFailure } from "../failures";
import type { ByteRange } from "../types";
import { type Block, type BlockFile, type BlockTable, fileKey, indexedDbTable, rangeKey } from "./blockTable";
import { RecentBytes } from "./recentBytes";

/** Bytes of one block at most: browsers pass larger blobs around badly. */
const MAX_BLOCK_BYTES = 32 * 1024 * 1024;

/** Left free for the journal and the page's other small things. */
const RESERVED_BYTES = 16 * 1024 * 1024;

/** Bytes of blocks kept in memory. */
const RECENT_BYTES = 64 * 1024 * 1024;

/** What is kept of one model at one commit. */
export interface KeptModel {
  readonly repo: string;
  readonly revision: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

export interface BlockStoreOptions {
  /** Name of the database. */
  readonly database?: string;
  /** Absent: IndexedDB. */
  readonly table?: BlockTable;
  /** Absent: the browser's. */
  readonly storage?: Pick<StorageManager, "estimate" | "persist" | "persisted">;
  readonly now?: () => number;
}

/**
 * Bytes of Hub files, kept in this browser as blocks with a checksum. A block that does not match its checksum is
 * dropped as if it had never been there.
 */
export class BlockStore {
  readonly #table: BlockTable;
  readonly #storage: Pick<StorageManager, "estimate" | "persist" | "persisted">;
  readonly #now: () => number;
  /** Bytes read or fetched lately, by `rangeKey`; also those that could not be kept. */
  readonly recent = new RecentBytes(RECENT_BYTES);
  /** Blocks whose checksum was found right since the page was opened. */
  readonly #verified = new Set<string>();
  /** Whole blocks being read and checked, so that several reads of one share the work. */
  readonly #checks = new Map<string, Promise<Bytes | undefined>>();
  /** Models read or written since the page was opened: a merge must not throw out its own inputs. */
  readonly #inUse = new Set<string>();
  #hash: Promise<IHasher> | undefined;

  constructor({ database = "awase-blocks", table, storage, now = Date.now }: BlockStoreOptions = {}) {
    this.#table = table ?? indexedDbTable(database);
    this.#storage = storage ?? navigator.storage;
    this.#now = now;
  }

  /** The blocks of a file, by start. Two of them may overlap when two pages fetched at once. */
  blocks(file: BlockFile): Promise<readonly Block[]> {
    this.#inUse.add(modelKey(file));
    return this.#table.blocks({ repo: file.repo, revision: file.revision, path: file.path });
  }

  /**
   * Bytes of a block. Its first read checks the whole of it.
   * @param range inside the block, counted as the block is: from the file's first byte
   * @returns bytes that others may hold as well: copy them before changing them. Undefined if the block is gone or was
   *   damaged; then it is dropped
   */
  async read(block: Block, range: ByteRange): Promise<Bytes | undefined> {
    const key = rangeKey(block);
    const [from, to] = [range.start - block.start, range.end - block.start];
    const recent = this.recent.get(key);
    if (recent) return recent.subarray(from, to);
    if (this.#verified.has(key)) {
      const blob = await this.#table.bytes(block);
      const bytes = blob && (await readBlob(blob.slice(from, to)));
      if (bytes?.length === to - from) return bytes;
      await this.#drop(block);
      return undefined;
    }
    let check = this.#checks.get(key);
    if (!check) {
      check = this.#check(block).finally(() => this.#checks.delete(key));
      this.#checks.set(key, check);
    }
    return (await check)?.subarray(from, to);
  }

  async #check(block: Block): Promise<Bytes | undefined> {
    const blob = await this.#table.bytes(block);
    const bytes = blob && (await readBlob(blob));
    if (bytes?.length !== block.end - block.start || (await this.#checksum(bytes)) !== block.checksum) {
      await this.#drop(block);
      return undefined;
    }
    const key = rangeKey(block);
    this.#verified.add(key);
    this.recent.set(key, bytes);
    // On a full disk the date cannot be written; the bytes are good all the same.
    await this.#table.update({ ...block, lastUsed: this.#now() }).catch(() => undefined);
    return bytes;
  }

  /**
   * Keeps bytes of a file, at most 32 MiB. When they do not fit, the models used least lately make room, but none that
   * was used since the page was opened.
   * @param proven whether the bytes were checked against a published hash
   * @throws {AwaseError} `storage/quota` with the bytes needed and left
   */
  async put(file: BlockFile, start: number, bytes: Bytes, proven = false): Promise<Block> {
    if (bytes.length > MAX_BLOCK_BYTES) {
      throw ioFailure("storage/block-size", { bytes: bytes.length, limit: MAX_BLOCK_BYTES, path: file.path });
    }
    this.#inUse.add(modelKey(file));
    const block: Block = {
      repo: file.repo,
      revision: file.revision,
      path: file.path,
      start,
      end: start + bytes.length,
      checksum: await this.#checksum(bytes),
      lastUsed: this.#now(),
      ...(proven && { proven }),
    };
    await this.#makeRoom(block);
    const blob = new Blob([bytes]);
    try {
      await this.#table.put(block, blob);
    } catch (error) {
      if (!isQuotaExceeded(error)) throw error;
      await this.#putAfterEviction(block, blob, error);
    }
    this.recent.set(rangeKey(block), bytes);
    return block;
  }

  /** Before a write: what the browser says is left, and other models if that is too little. */
  async #makeRoom(block: Block): Promise<void> {
    const needed = block.end - block.start;
    const free = await this.#free();
    if (free === undefined || needed + RESERVED_BYTES <= free) return;
    const freed = await this.free(needed + RESERVED_BYTES - free);
    if (needed + RESERVED_BYTES > free + freed)
      throw quotaExceeded(nameOf(block), needed, free + freed - RESERVED_BYTES);
  }

  /** The browser's estimate was wrong: make room once more and try once more. */
  async #putAfterEviction(block: Block, blob: Blob, cause: unknown): Promise<void> {
    if ((await this.free(blob.size)) === 0) throw quotaExceeded(nameOf(block), blob.size, await this.#free(), cause);
    try {
      await this.#table.put(block, blob);
    } catch (error) {
      throw isQuotaExceeded(error) ? quotaExceeded(nameOf(block), blob.size, await this.#free(), error) : error;
    }
  }

  /** Bytes this origin may still store; undefined where the browser does not tell. */
  async #free(): Promise<number | undefined> {
    const { quota, usage } = await this.#storage.estimate();
    return quota === undefined || usage === undefined ? undefined : quota - usage;
  }

  /** Models with kept bytes, the least recently used first. */
  async list(): Promise<readonly KeptModel[]> {
    const models = new Map<string, KeptModel>();
    for (const block of await this.#table.blocks()) {
      const { repo, revision } = block;
      const model = models.get(modelKey(block)) ?? { repo, revision, bytes: 0, lastUsed: 0 };
      models.set(modelKey(block), {
        ...model,
        bytes: model.bytes + block.end - block.start,
        lastUsed: Math.max(model.lastUsed, block.lastUsed),
      });
    }
    return [...models.values()].sort((a, b) => a.lastUsed - b.lastUsed);
  }

  /** Removes what is kept of one model at one commit. @returns bytes freed */
  async evict(repo: string, revision: string): Promise<number> {
    const blocks = await this.#table.blocks({ repo, revision });
    await this.#remove(blocks);
    return blocks.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Notes of blocks, as they were listed, that their file has its published hash. */
  async prove(blocks: readonly Block[]): Promise<void> {
    for (const block of blocks) if (!block.proven) await this.#table.update({ ...block, proven: true });
  }

  /** Removes what is kept of one file. */
  async forget(file: BlockFile): Promise<void> {
    await this.#remove(await this.blocks(file));
    this.recent.deleteAll(fileKey(file)); // also what could not be kept
  }

  /**
   * Removes models, the least recently used first, until `bytes` are freed; none used since the page was opened, and
   * nothing at all if that would not be enough.
   * @returns bytes freed
   */
  async free(bytes: number): Promise<number> {
    const others = (await this.list()).filter((model) => !this.#inUse.has(modelKey(model)));
    if (others.reduce((sum, model) => sum + model.bytes, 0) < bytes) return 0;
    let freed = 0;
    for (const { repo, revision } of others) {
      if (freed >= bytes) break;
      freed += await this.evict(repo, revision);
    }
    return freed;
  }

  /** Asks the browser not to throw kept bytes away when the disk fills up. */
  async persist(): Promise<boolean> {
    return (await this.#storage.persisted()) || (await this.#storage.persist());
  }

  /** Bytes this origin uses and may use, by the browser's estimate. */
  async space(): Promise<{ readonly usage: number; readonly quota: number; readonly persisted: boolean }> {
    const { usage = 0, quota = 0 } = await this.#storage.estimate();
    return { usage, quota, persisted: await this.#storage.persisted() };
  }

  #drop(block: Block): Promise<void> {
    return this.#remove([block]);
  }

  async #remove(blocks: readonly Block[]): Promise<void> {
    for (const block of blocks) {
      this.#verified.delete(rangeKey(block));
      this.recent.delete(rangeKey(block));
    }
    await this.#table.remove(blocks);
  }

  async #checksum(bytes: Uint8Array): Promise<string> {
    this.#hash ??= createXXHash64();
    const hash = await this.#hash;
    return hash.init().update(bytes).digest(); // one synchronous run: users of the one hasher cannot mix
  }
}

/** Undefined where the browser lost the file behind a blob. */
async function readBlob(blob: Blob): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    return undefined;
  }
}

function modelKey({ repo, revision }: Pick<BlockFile, "repo" | "revision">): string {
  return `${repo}\n${revision}`;
}

function nameOf({ repo, path }: BlockFile): string {
  return `${repo}/${path}`;
}
