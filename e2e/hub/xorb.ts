import type { Content } from "./content";

/** Bytes of a file in one chunk. Real chunks are cut by content; these are all alike, which clients cannot tell. */
export const CHUNK_BYTES = 64 * 1024;
const HEADER_BYTES = 8;

/** Where chunk `index` of a file begins in its xorb; one past the last chunk: where the xorb ends. */
export function chunkStart(file: Content, index: number): number {
  return Math.min(index * CHUNK_BYTES, file.size) + index * HEADER_BYTES;
}

/** A file as Xet storage holds it: one xorb of uncompressed chunks, each after a header of 8 bytes. */
export function xorbOf(file: Content): Content {
  const chunks = Math.ceil(file.size / CHUNK_BYTES);
  return {
    size: file.size + chunks * HEADER_BYTES,
    read(start, end) {
      const first = Math.floor(start / (CHUNK_BYTES + HEADER_BYTES));
      const last = Math.min(chunks, Math.ceil(end / (CHUNK_BYTES + HEADER_BYTES)));
      const parts = Array.from({ length: last - first }, (_, index) => chunk(file, first + index));
      const from = start - chunkStart(file, first);
      return new Uint8Array(Buffer.concat(parts).subarray(from, from + end - start));
    },
  };
}

/** Version 0, 3 bytes of stored length, scheme 0 (none), 3 bytes of plain length, and the bytes. */
function chunk(file: Content, index: number): Uint8Array {
  const bytes = file.read(index * CHUNK_BYTES, Math.min((index + 1) * CHUNK_BYTES, file.size));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntLE(bytes.length, 1, 3);
  header.writeUIntLE(bytes.length, 5, 3);
  return Buffer.concat([header, bytes]);
}
