import { AwaseError } from "../base/errors";
import { checkShardFiles, checkShardTensors, INDEX_FILE, parseIndex, type ShardIndex } from "../formats/indexJson";
import { isObject } from "../formats/json";
import { readSafetensors } from "../formats/safetensors";
import type { StoredTensor } from "../formats/tensor";
import type { ByteSource, FileEntry, Folder } from "../io/types";
import type { Checkpoint, JsonObject } from "./checkpoint";

/** Real ones have a few kB; label lists of classifiers reach some hundred. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
/** About 100 bytes a tensor, and the largest mixtures have some hundred thousand. */
export const MAX_INDEX_BYTES = 100 * 1024 * 1024;
/** Headers fetched at once. */
const HEADERS_AT_ONCE = 4;

const SINGLE_FILE = "model.safetensors";

/**
 * Reads a model folder's config, file list and safetensors headers; no weights. The index is preferred to a single file,
 * as transformers and mergekit do.
 * @param key the name recipes use for it
 * @throws {AwaseError} `model/no-config`, `model/config`, `model/no-weights`, `model/pickle-only`, `model/duplicate-tensor`,
 *   and what reading safetensors and files throws
 */
export async function openCheckpoint(
  key: string,
  folder: Folder,
  { revision, signal }: { readonly revision?: string; readonly signal?: AbortSignal } = {},
): Promise<Checkpoint> {
  const files = await folder.list(signal);
  const { config, configText } = await readConfig(key, folder, files, signal);
  const sources = new Map<string, Promise<ByteSource>>();
  const source = (file: string): Promise<ByteSource> => {
    const known = sources.get(file);
    if (known) return known;
    const opened = folder.open(file);
    sources.set(file, opened);
    opened.catch(() => sources.delete(file)); // a failed opening may be tried again
    return opened;
  };
  const { weightFiles, index } = await findWeights(key, folder, files, signal);
  const headers = await readHeaders(weightFiles, source, signal);
  const tensors = collect(key, headers, index);
  return {
    key,
    folder,
    ...(revision === undefined ? {} : { revision }),
    config,
    configText,
    files,
    tensors,
    source,
  };
}

async function readConfig(key: string, folder: Folder, files: readonly FileEntry[], signal: AbortSignal | undefined) {
  const entry = files.find(({ path }) => path === "config.json");
  if (!entry) {
    throw new AwaseError(
      "model/no-config",
      `${key} has no config.json among its files (${files.length}), so its architecture is unknown. Add the file, or the whole model folder.`,
      { facts: { model: key, files: files.length } },
    );
  }
  const configText = await readText(key, folder, entry, MAX_CONFIG_BYTES, signal);
  const fault = (what: string, cause?: unknown) =>
    new AwaseError("model/config", `Cannot use config.json of ${key}: ${what}. Download it again.`, {
      cause,
      facts: { model: key },
    });
  let config: unknown;
  try {
    config = JSON.parse(configText);
  } catch (cause) {
    throw fault("it is not JSON", cause);
  }
  if (!isObject(config)) throw fault("it must be a JSON object, but is something else");
  return { config: config satisfies JsonObject, configText };
}

async function findWeights(
  key: string,
  folder: Folder,
  files: readonly FileEntry[],
  signal: AbortSignal | undefined,
): Promise<{ weightFiles: readonly string[]; index?: ShardIndex }> {
  const paths = new Set(files.map(({ path }) => path));
  const indexEntry = files.find(({ path }) => path === INDEX_FILE);
  if (indexEntry) {
    const index = parseIndex(await readText(key, folder, indexEntry, MAX_INDEX_BYTES, signal));
    checkShardFiles(index, paths);
    return { weightFiles: index.files, index };
  }
  if (paths.has(SINGLE_FILE)) return { weightFiles: [SINGLE_FILE] };
  const others = [...paths].filter((path) => /^[^/]+\.safetensors$/.test(path) && !path.startsWith("adapter_"));
  const [only] = others;
  // A file that was dropped alone often has a name of its own.
  if (only !== undefined && others.length === 1) return { weightFiles: [only] };
  throw noWeights(key, paths, others.length);
}

function noWeights(key: string, paths: ReadonlySet<string>, safetensors: number): AwaseError {
  const facts = { model: key, files: paths.size, safetensors };
  const pickles = [...paths].filter((path) => /\.(bin|pt|pth|ckpt)(\.index\.json)?$/.test(path));
  if (safetensors === 0 && pickles.length > 0) {
    return new AwaseError(
      "model/pickle-only",
      `${key} has its weights only as pickle files (${pickles[0]}), which can run code when they are opened and are never read here. Use a version with model.safetensors, or convert it with transformers (save_pretrained).`,
      { facts: { ...facts, file: pickles[0] ?? "" } },
    );
  }
  return new AwaseError(
    "model/no-weights",
    `Unable to find model files at ${key}: expected ${SINGLE_FILE} or ${INDEX_FILE}, found ${safetensors} other safetensors files among ${paths.size} files. Add them, with the index if there are several.`,
    { facts },
  );
}

async function readHeaders(
  files: readonly string[],
  source: (file: string) => Promise<ByteSource>,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly StoredTensor[])[]> {
  const headers: (readonly StoredTensor[])[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < files.length; at = next++) {
      signal?.throwIfAborted();
      const file = files[at] ?? "";
      const { tensors } = await readSafetensors(await source(file), signal);
      // The source's own name may be that of a dropped file; what counts is the path in the folder.
      headers[at] = tensors.map((tensor) => ({ ...tensor, file }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(HEADERS_AT_ONCE, files.length) }, lane));
  return headers;
}

/** All tensors of all files. Where two files hold one name, the index says which is meant. */
function collect(
  key: string,
  headers: readonly (readonly StoredTensor[])[],
  index: ShardIndex | undefined,
): ReadonlyMap<string, StoredTensor> {
  if (index) for (const [at, file] of index.files.entries()) checkShardTensors(index, file, headers[at] ?? []);
  const tensors = new Map<string, StoredTensor>();
  for (const tensor of headers.flat()) {
    const other = tensors.get(tensor.name);
    const chosen = index?.weightMap.get(tensor.name);
    if (other && chosen === undefined) {
      throw new AwaseError(
        "model/duplicate-tensor",
        `${key} has the tensor ${tensor.name} 2 times, in ${other.file} and in ${tensor.file}, and its index names neither. Download it again.`,
        { facts: { model: key, tensor: tensor.name, first: other.file, second: tensor.file } },
      );
    }
    if (chosen === undefined || chosen === tensor.file) tensors.set(tensor.name, tensor);
  }
  return tensors;
}

async function readText(
  key: string,
  folder: Folder,
  { path, size }: FileEntry,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (size > limit) {
    throw new AwaseError(
      "model/file-too-large",
      `${path} of ${key} has ${size} bytes; at most ${limit} are read. This is not a file of a model.`,
      { facts: { model: key, file: path, found: size, limit } },
    );
  }
  const source = await folder.open(path, signal);
  return new TextDecoder().decode(await source.read(0, source.size, signal));
}
