import { createSHA1, createSHA256, type IHasher } from "../base/hashes";
import { hubError } from "./errors";
import type { HubFile } from "./types";

/** Checks a file that is read whole, piece by piece, against the hash the Hub publishes for it. */
export interface Verifier {
  update(bytes: Uint8Array): void;
  /** @throws {AwaseError} `hub/bad-hash` */
  finish(): void;
}

/**
 * A verifier for one file: sha256 for weights; for files that git holds itself, git's blob id, the sha1 of
 * `blob {size}\0` and the bytes. A file without a published hash passes.
 */
export async function createVerifier(file: HubFile): Promise<Verifier> {
  const { path, sha256, oid } = file;
  if (sha256 !== undefined) return comparing(await createSHA256(), path, "sha256", sha256);
  if (oid === undefined) return { update() {}, finish() {} };
  const hasher = await createSHA1();
  return comparing(hasher.init().update(`blob ${file.size}\0`), path, "git blob id", oid);
}

/** Checks a file that is in memory. @throws {AwaseError} `hub/bad-hash` */
export async function verifyWhole(file: HubFile, bytes: Uint8Array): Promise<void> {
  const verifier = await createVerifier(file);
  verifier.update(bytes);
  verifier.finish();
}

function comparing(hasher: IHasher, path: string, kind: string, published: string): Verifier {
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    finish() {
      const found = hasher.digest("hex");
      if (found !== published) throw hubError("hub/bad-hash", { path, kind, published, found });
    },
  };
}
