import type { Bytes } from "../base/bytes";
import { memorySource } from "./memory";
import { type Block, type BlockFile, type BlockTable, rangeKey } from "./store/blockTable";
import type { ByteRange, ByteSource } from "./types";

/** Bytes one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes that differ from their neighbours and, for another seed, from each other. */
export function patterned(length: number, seed = 0): Bytes {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Math.imul(i + seed * 7919, 2654435761) >>> 24;
  return bytes;
}

/** A catalogue and its bytes in memory, in place of IndexedDB. */
export class MemoryTable implements BlockTable {
  readonly entries = new Map<string, Block>();
  readonly blobs = new Map<string, Blob>();

  async blocks({ repo, revision, path }: Partial<BlockFile> = {}): Promise<readonly Block[]> {
    return [...this.entries.values()]
      .filter(
        (block) =>
          (repo ?? block.repo) === block.repo &&
          (revision ?? block.revision) === block.revision &&
          (path ?? block.path) === block.path,
      )
      .sort((a, b) => a.start - b.start);
  }

  async bytes(block: Block): Promise<Blob | undefined> {
    return this.blobs.get(rangeKey(block));
  }

  async put(block: Block, bytes: Blob): Promise<void> {
    this.entries.set(rangeKey(block), block);
    this.blobs.set(rangeKey(block), bytes);
  }

  async update(block: Block): Promise<void> {
    if (this.entries.has(rangeKey(block))) this.entries.set(rangeKey(block), block);
  }

  async remove(blocks: readonly Block[]): Promise<void> {
    for (const block of blocks) {
      this.entries.delete(rangeKey(block));
      this.blobs.delete(rangeKey(block));
    }
  }
}

/** A browser's storage with room for `quota` bytes, of which `usage()` are taken. */
export function storageOf(quota: number, usage: () => number = () => 0) {
  return { estimate: async () => ({ quota, usage: usage() }), persist: async () => true, persisted: async () => false };
}

/** A source over bytes that remembers which ranges were read. */
export function watched(name: string, bytes: Uint8Array): ByteSource & { readonly reads: ByteRange[] } {
  const inner = memorySource(name, bytes);
  const reads: ByteRange[] = [];
  return {
    name,
    size: inner.size,
    reads,
    read(start, end, signal) {
      reads.push({ start, end });
      return inner.read(start, end, signal);
    },
  };
}
