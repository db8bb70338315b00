import { AwaseError } from "../../base/errors";
import { isCachedSource } from "../../io/store/cachedSource";
import type { ByteSource, Folder, Proof } from "../../io/types";

/** An error about a file of a model, with the model's key: every folder has a `model.safetensors`. */
export function ofModel(key: string, error: unknown): unknown {
  if (!(error instanceof AwaseError) || Object.values(error.facts).includes(key)) return error;
  return error.told(`${key}: ${error.message}`, { model: key });
}

/** A model's folder, whose errors say which model it is of. */
export function namedFolder(key: string, folder: Folder): Folder {
  const named = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw ofModel(key, error);
    });
  return {
    name: folder.name,
    list: (signal) => named(folder.list(signal)),
    open: (path, signal) => named(folder.open(path, signal).then((source) => namedSource(source, named))),
  };
}

function namedSource(source: ByteSource, named: <T>(work: Promise<T>) => Promise<T>): ByteSource {
  return {
    name: source.name,
    size: source.size,
    ...(source.version ? { version: source.version } : {}),
    read: (start, end, signal) => named(source.read(start, end, signal)),
    ...(source.published ? { published: source.published } : {}),
    ...(source.proof ? { proof: namedProof(source.proof, named) } : {}),
    ...(source.expect ? { expect: (ranges) => source.expect?.(ranges) } : {}),
    ...(isCachedSource(source) ? { cachedBytes: source.cachedBytes.bind(source) } : {}),
  };
}

function namedProof(proof: Proof, named: <T>(work: Promise<T>) => Promise<T>): Proof {
  return { hold: (...asked) => named(proof.hold(...asked)), forget: () => named(proof.forget()) };
}
