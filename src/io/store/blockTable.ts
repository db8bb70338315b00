import { createStore, delMany, get, promisifyRequest, setMany } from "idb-keyval";
import type { ByteRange } from "../types";

/** A file of a pinned model: `revision` is a commit, so its bytes never change. */
export interface BlockFile {
  readonly repo: string;
  readonly revision: string;
  readonly path: string;
}

/** Bytes [start, end) of a file, kept in this browser. */
export interface Block extends BlockFile, ByteRange {
  /** xxhash64 of the bytes, in hex. */
  readonly checksum: string;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
  /** It is part of a file that had its published hash. */
  readonly proven?: true;
}

/** How the names of a file's bytes begin. */
export function fileKey({ repo, revision, path }: BlockFile): string {
  return `${[repo, revision, path].join("\n")}\n`;
}

/** Names the bytes [start, end) of a file, within this page. */
export function rangeKey({ start, end, ...file }: BlockFile & ByteRange): string {
  return `${fileKey(file)}${start}\n${end}`;
}

/** Where blocks lie: a catalogue, and the bytes of each of its entries. */
export interface BlockTable {
  /** The catalogue, or the part of it about one model or one file, in the order of (repo, revision, path, start). */
  blocks(of?: Partial<BlockFile>): Promise<readonly Block[]>;
  bytes(block: Block): Promise<Blob | undefined>;
  /** Stores bytes and entry, both or neither. */
  put(block: Block, bytes: Blob): Promise<void>;
  /** Replaces an entry if it is still there. */
  update(block: Block): Promise<void>;
  remove(blocks: readonly Block[]): Promise<void>;
}

/**
 * Blocks in IndexedDB. Entry and bytes lie in one object store and are written in one transaction: after a crash there
 * is no entry without bytes, and no bytes that nobody knows of.
 */
export function indexedDbTable(database: string): BlockTable {
  const store = createStore(database, "blocks");
  return {
    blocks: ({ repo, revision, path } = {}) => {
      const prefix = ["entry", repo, revision, path].filter((part) => part !== undefined);
      // In IndexedDB's order an array comes after every string and number: the upper end of all keys with this prefix.
      const range = IDBKeyRange.bound(prefix, [...prefix, []]);
      return store("readonly", (blocks) => promisifyRequest<Block[]>(blocks.getAll(range)));
    },
    bytes: (block) => get<Blob>(key("bytes", block), store),
    put: (block, bytes) =>
      setMany(
        [
          // In this order: bytes that cannot be stored at all throw before there is an entry.
          [key("bytes", block), bytes],
          [key("entry", block), block],
        ],
        store,
      ),
    update: (block) =>
      store("readwrite", async (blocks) => {
        const found = await promisifyRequest(blocks.getKey(key("entry", block)));
        if (found !== undefined) await promisifyRequest(blocks.put(block, key("entry", block)));
      }),
    remove: (gone) =>
      delMany(
        gone.flatMap((block) => [key("entry", block), key("bytes", block)]),
        store,
      ),
  };
}

function key(kind: "entry" | "bytes", { repo, revision, path, start, end }: Block): (string | number)[] {
  return [kind, repo, revision, path, start, end];
}
