import type { Bytes } from "../../base/bytes";

/** A sha256 that is fed piece by piece. */
export interface Hasher {
  /** Resolves when more may come. `bytes` are not kept. */
  update(bytes: Bytes): Promise<void>;
  /** Lower-case hex; the hasher is spent. */
  digest(): Promise<string>;
}

/** What is said to the hashing worker: bytes for a file (copied, so the sender may go on using its own), or its end. */
export type HashRequest =
  | { readonly file: number; readonly bytes: Bytes }
  | { readonly file: number; readonly end: true };

/** What it answers: bytes taken in, or the digest. */
export type HashReply =
  | { readonly file: number; readonly taken: number }
  | { readonly file: number; readonly sha256: string };
