import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Bytes } from "../../src/base/bytes";

/** Bytes by range: small ones in memory, files on disk, or huge ones made up as they are asked for. */
export interface Content {
  readonly size: number;
  read(start: number, end: number): Bytes;
}

export function bytesContent(bytes: Uint8Array | string): Content {
  const copy = new Uint8Array(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  return { size: copy.length, read: (start, end) => copy.slice(start, end) };
}

export function diskContent(path: string): Content {
  return {
    size: statSync(path).size,
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      const file = openSync(path, "r");
      try {
        readSync(file, bytes, 0, bytes.length, start);
      } finally {
        closeSync(file);
      }
      return bytes;
    },
  };
}

/** `head`, then `tile` over and over up to `size` bytes: a model of gigabytes that costs no disk. */
export function tiledContent(size: number, head: Uint8Array, tile: Uint8Array): Content {
  return {
    size,
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      if (start < head.length) bytes.set(head.subarray(start, Math.min(end, head.length)));
      let at = Math.max(start, head.length);
      while (at < end) {
        const from = (at - head.length) % tile.length;
        const piece = tile.subarray(from, Math.min(tile.length, from + end - at));
        bytes.set(piece, at - start);
        at += piece.length;
      }
      return bytes;
    },
  };
}

/** Bytes [start, end) of a content, as one of its own. */
export function part(content: Content, start: number, end: number): Content {
  return { size: end - start, read: (from, to) => content.read(start + from, start + to) };
}

const PIECE_BYTES = 1024 * 1024;

/** A content piece by piece, so that none is ever whole in memory. */
export function* pieces(content: Content): Generator<Bytes> {
  for (let at = 0; at < content.size; at += PIECE_BYTES) {
    yield content.read(at, Math.min(at + PIECE_BYTES, content.size));
  }
}

export function sha256(content: Content): string {
  const hash = createHash("sha256");
  for (const piece of pieces(content)) hash.update(piece);
  return hash.digest("hex");
}

/** Git's name for a file: sha1 of `blob {size}\0` and the bytes. */
export function gitOid(content: Content): string {
  const hash = createHash("sha1").update(`blob ${content.size}\0`);
  for (const piece of pieces(content)) hash.update(piece);
  return hash.digest("hex");
}
