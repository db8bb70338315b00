import { AwaseError } from "../base/errors";
import { checkShardTensors, type ShardIndex } from "../formats/indexJson";
import { isObject } from "../formats/json";
import { jsonExcess } from "../formats/jsonExcess";
import { parsePythonJson } from "../formats/pythonJson";
import { readSafetensors } from "../formats/safetensors";
import type { StoredTensor } from "../formats/tensor";
import { isTorchFile } from "../formats/weightFiles";
import type { ByteSource, FileEntry, Folder } from "../io/types";
import { bringArchitectures } from "./architectures/known";
import type { Checkpoint } from "./checkpoint";
import { modelFailure } from "./failures";
import type { JsonObject } from "./model";
import { LOOK_BYTES, recognise } from "./opening/impostors";
import { mendNames } from "./opening/names";
import { namedFolder, ofModel } from "./opening/ofModel";
import { ADAPTER_CONFIG, findModel, type ModelPlace } from "./opening/place";
import { findWeights } from "./opening/weights";
import { isPlain } from "./quantisation/plain";
import { CheckpointSource, strided } from "./sources/checkpoint";

/** Real ones have a few kB; label lists of classifiers reach some hundred. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
/** The deepest real ones nest eight levels. */
const CONFIG_LIMITS = { depth: 64, values: 2_000_000 };
/** About 100 bytes a tensor, and the largest mixtures have some hundred thousand. */
export const MAX_INDEX_BYTES = 100 * 1024 * 1024;
/** Headers fetched at once. */
const HEADERS_AT_ONCE = 4;

/** A pointer of Git LFS has about 130; a tokenizer has more. */
const MAX_POINTER_BYTES = 400;

/**
 * Reads a model folder's config, file list and headers of weights, or those of an adapter; no weights. The index is preferred to a
 * single file, and safetensors to files of PyTorch, as transformers and mergekit do.
 * @param key the name recipes use for it
 * @throws {AwaseError} `model/no-config`, `model/config`, `model/duplicate-tensor`, what `findModel`, `findWeights`, `recognise`
 *   `openAdapter` and `resolveQuantisation` name, and what reading safetensors and files throws; every one names the model
 */
export async function openCheckpoint(
  key: string,
  named: Folder,
  { revision, signal }: { readonly revision?: string; readonly signal?: AbortSignal } = {},
): Promise<Checkpoint> {
  const place = await findModel(key, namedFolder(key, named), signal);
  const { folder, files } = place;
  const { config, configText } = await readConfig(key, place, signal);
  const sources = new Map<string, Promise<ByteSource>>();
  const source = (file: string): Promise<ByteSource> => {
    const known = sources.get(file);
    if (known) return known;
    const opened = folder.open(file);
    sources.set(file, opened);
    opened.catch(() => sources.delete(file)); // a failed opening may be tried again
    return opened;
  };
  const readIndex = async (index: string) => {
    const entry = files.find(({ path }) => path === index) ?? { path: index, size: 0 };
    const text = await readText(key, folder, entry, MAX_INDEX_BYTES, signal);
    if (!text.trimStart().startsWith("{")) await refuseImpostor(key, index, await folder.open(index, signal), signal);
    return text;
  };
  const paths = new Set(files.map(({ path }) => path));
  const opened = async () => {
    const { weightFiles, index } = place.adapterFile
      ? { weightFiles: [place.adapterFile] }
      : await findWeights(key, paths, readIndex);
    return collect(key, await readHeaders(key, weightFiles, source, signal), index);
  };
  const stored = await opened().catch((error: unknown) => {
    throw ofModel(key, error);
  });
  const opening = {
    key,
    folder,
    ...(revision === undefined ? {} : { revision }),
    config,
    configText,
    files,
    source,
  };
  if (place.adapterFile) {
    const weights = new CheckpointSource({ key, tensors: stored, source });
    const { openAdapter } = await import("./adapters/openAdapter");
    const adapter = openAdapter(key, config, stored);
    return { ...opening, weights, tensors: stored, adapter, remarks: place.remarks };
  }
  await refusePointers(key, folder, files, signal);
  await bringArchitectures(config);
  if (isPlain({ config, files }, stored)) {
    const { tensors, remarks } = mendNames(key, config, stored);
    const weights = new CheckpointSource({ key, tensors, source });
    return { ...opening, weights, tensors, remarks: [...place.remarks, ...remarks] };
  }
  // What takes quantisation off is there when it may be needed.
  const [{ resolveQuantisation }, { weightsOf }] = await Promise.all([
    import("./quantisation/resolve"),
    import("./sources/filed"),
  ]);
  const { tensors, remarks } = mendNames(key, config, resolveQuantisation({ key, config, files }, stored));
  const weights = weightsOf({ key, tensors, source });
  return { ...opening, weights, tensors, remarks: [...place.remarks, ...remarks] };
}

/** A tokenizer that was cloned without its content would be copied into the merged model as it is. */
async function refusePointers(
  key: string,
  folder: Folder,
  files: readonly FileEntry[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const small = files.filter(
    ({ path, size }) => /^(?:token|vocab|merges)[^/]*$/.test(path) && size < MAX_POINTER_BYTES,
  );
  for (const { path } of small) {
    const source = await folder.open(path, signal);
    const head = await source.read(0, source.size, signal);
    const fault = recognise({ model: key, file: path, expected: "a file of the tokenizer" }, head, source.size);
    if (fault?.code === "model/lfs-pointer") throw fault;
  }
}

async function readConfig(key: string, { folder, files, adapterFile }: ModelPlace, signal: AbortSignal | undefined) {
  const name = adapterFile ? ADAPTER_CONFIG : "config.json";
  const entry = files.find(({ path }) => path === name);
  if (!entry) {
    const [weights] = files.filter(({ path }) => /^[^/]+\.safetensors$/.test(path));
    if (weights) await refuseImpostor(key, weights.path, await folder.open(weights.path, signal), signal);
    throw modelFailure("model/no-config", { model: key, files: files.length });
  }
  const configText = await readText(key, folder, entry, MAX_CONFIG_BYTES, signal);
  const fault = (what: string, cause?: unknown) =>
    modelFailure("model/config", { model: key, file: name, what }, cause);
  const excess = jsonExcess(configText, CONFIG_LIMITS);
  if (excess !== undefined) throw fault(excess);
  let config: unknown;
  try {
    config = parsePythonJson(configText);
  } catch (cause) {
    const head = new TextEncoder().encode(configText.slice(0, LOOK_BYTES));
    const found = recognise({ model: key, file: name, expected: "JSON" }, head, entry.size);
    throw found?.code === "model/text-file"
      ? fault("it is not JSON", cause)
      : (found ?? fault("it is not JSON", cause));
  }
  if (!isObject(config)) throw fault("it must be a JSON object, but is something else");
  return { config: config satisfies JsonObject, configText };
}

async function readHeaders(
  key: string,
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
      const opened = await source(file);
      const tensors = await readTensors(file, opened, signal).catch(async (error: unknown) => {
        if (error instanceof AwaseError && /^(?:safetensors|torch)\//.test(error.code)) {
          await refuseImpostor(key, file, opened, signal);
        }
        throw error;
      });
      // The source's own name may be that of a dropped file; what counts is the path in the folder.
      headers[at] = tensors.map((tensor) => ({ ...tensor, file }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(HEADERS_AT_ONCE, files.length) }, lane));
  return headers;
}

/** What a weight file says of its tensors. The part that reads files of PyTorch is there when it is needed. */
async function readTensors(
  file: string,
  opened: ByteSource,
  signal: AbortSignal | undefined,
): Promise<readonly StoredTensor[]> {
  if (!isTorchFile(file)) return (await readSafetensors(opened, signal)).tensors;
  const [{ readTorch }] = await Promise.all([import("../formats/torch/torchFile"), strided()]);
  return readTorch(opened, signal);
}

/** Says what a file is that only has the name of weights; passes where it looks like nothing known. */
async function refuseImpostor(
  model: string,
  file: string,
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<void> {
  const head = await source.read(0, Math.min(source.size, LOOK_BYTES), signal);
  const expected = file.endsWith(".index.json")
    ? "an index of shards"
    : isTorchFile(file)
      ? "a file of PyTorch"
      : "a safetensors file";
  const found = recognise({ model, file, expected }, head, source.size);
  if (found && !(isTorchFile(file) && found.code === "model/pickle")) throw found;
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
      throw modelFailure("model/duplicate-tensor", {
        model: key,
        tensor: tensor.name,
        first: other.file,
        second: tensor.file,
      });
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
    throw modelFailure("model/file-too-large", { model: key, file: path, found: size, limit });
  }
  const source = await folder.open(path, signal);
  return new TextDecoder().decode(await source.read(0, source.size, signal));
}
