import type { Bytes } from "../base/bytes";
import { createSHA1, createSHA256, type IHasher } from "../base/hashes";
import type { NewSha256, Verifier } from "../io/types";
import { hubError } from "./errors";
import type { HubFile } from "./types";

/**
 * A verifier for one file: sha256 for weights; for files that git holds itself, git's blob id, the sha1 of
 * `blob {size}\0` and the bytes. A file without a published hash passes.
 */
export async function createVerifier(file: HubFile, newSha256: NewSha256 = sha256Here): Promise<Verifier> {
  const { path, sha256, oid } = file;
  if (sha256 !== undefined) return comparing(await newSha256(), path, "sha256", sha256);
  if (oid === undefined) return { async update() {}, async finish() {} };
  const hasher = (await createSHA1()).init().update(`blob ${file.size}\0`);
  return comparing(fed(hasher), path, "git blob id", oid);
}

/** Checks a file that is in memory. @throws {AwaseError} `hub/bad-hash` */
export async function verifyWhole(file: HubFile, bytes: Bytes): Promise<void> {
  const verifier = await createVerifier(file);
  await verifier.update(bytes);
  await verifier.finish();
}

type Fed = Awaited<ReturnType<NewSha256>>;

const sha256Here: NewSha256 = async () => fed(await createSHA256());

function fed(hasher: IHasher): Fed {
  return { update: async (bytes) => void hasher.update(bytes), digest: async () => hasher.digest("hex") };
}

function comparing(hasher: Fed, path: string, kind: string, published: string): Verifier {
  return {
    update: (bytes) => hasher.update(bytes),
    async finish() {
      const found = await hasher.digest();
      if (found !== published) throw hubError("hub/bad-hash", { path, kind, published, found });
    },
  };
}
