import { checkPath } from "../io/path";
import { formatFailure } from "./failures";
import { findDuplicateName, isObject } from "./json";
import { jsonExcess } from "./jsonExcess";
import type { StoredTensor } from "./tensor";

/** Name of the file that says which shard holds which tensor. */
export const INDEX_FILE = "model.safetensors.index.json";

/** An index has two levels, and a line for each tensor. */
const INDEX_LIMITS = { depth: 8, values: 4_000_000 };

/** The same for files of PyTorch. */
export const TORCH_INDEX_FILE = "pytorch_model.bin.index.json";

/** Which shard holds which tensor. */
export interface ShardIndex {
  /** The file that says so. */
  readonly name: string;
  /** File of each tensor, in the order of the index. */
  readonly weightMap: ReadonlyMap<string, string>;
  /** The files, each once, in the order they first appear. */
  readonly files: readonly string[];
  /** The tensors of each file. */
  readonly byFile: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads `model.safetensors.index.json`, or the index of another format under its name.
 * @throws {AwaseError} `safetensors/index-excess`, `index-not-json`, `index-duplicate-name`, `index-weight-map`, `index-path`
 */
export function parseIndex(text: string, name: string = INDEX_FILE): ShardIndex {
  const excess = jsonExcess(text, INDEX_LIMITS);
  if (excess !== undefined) throw formatFailure("safetensors/index-excess", { index: name, found: excess });
  const parsed = parse(text, name);
  const duplicate = findDuplicateName(text);
  if (duplicate !== undefined) {
    throw formatFailure("safetensors/index-duplicate-name", { index: name, tensor: duplicate });
  }
  const map = isObject(parsed) ? parsed.weight_map : undefined;
  if (!isObject(map))
    throw formatFailure("safetensors/index-weight-map", { index: name, tensor: undefined, found: undefined });
  const weightMap = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== "string") {
      throw formatFailure("safetensors/index-weight-map", { index: name, tensor, found: typeof file });
    }
    weightMap.set(tensor, checkedPath(name, tensor, file));
  }
  const byFile = new Map<string, string[]>();
  for (const [tensor, file] of weightMap) {
    const tensors = byFile.get(file);
    if (tensors) tensors.push(tensor);
    else byFile.set(file, [tensor]);
  }
  return { name, weightMap, files: [...byFile.keys()], byFile };
}

/**
 * Checks that every shard the index names is in the folder.
 * @param paths files of the folder
 * @throws {AwaseError} `safetensors/index-missing-shard`
 */
export function checkShardFiles(index: ShardIndex, paths: ReadonlySet<string>): void {
  const missing = index.files.filter((file) => !paths.has(file));
  const first = missing[0];
  if (first === undefined) return;
  throw formatFailure("safetensors/index-missing-shard", {
    index: index.name,
    file: first,
    files: index.files.length,
    missing: missing.length,
  });
}

/**
 * Checks that a shard holds every tensor the index expects in it.
 * @throws {AwaseError} `safetensors/index-missing-tensor`
 */
export function checkShardTensors(index: ShardIndex, file: string, tensors: readonly StoredTensor[]): void {
  const held = new Set(tensors.map(({ name }) => name));
  const expected = index.byFile.get(file) ?? [];
  const missing = expected.filter((tensor) => !held.has(tensor));
  const first = missing[0];
  if (first === undefined) return;
  throw formatFailure("safetensors/index-missing-tensor", {
    index: index.name,
    file,
    tensor: first,
    expected: expected.length,
    missing: missing.length,
  });
}

/**
 * Text of the index of several shards, as mergekit writes it.
 * @param tensors of all shards, in writing order
 */
export function indexJson(tensors: readonly StoredTensor[]): string {
  const total = tensors.reduce((sum, { start, end }) => sum + (end - start), 0);
  return `${JSON.stringify(
    {
      metadata: { mergekit_version: MERGEKIT_VERSION, total_size: total },
      weight_map: Object.fromEntries(tensors.map(({ name, file }) => [name, file])),
    },
    null,
    2,
  )}\n`;
}

/** The release whose layout of the output folder we follow; some tools look for this field. */
const MERGEKIT_VERSION = "0.1.4";

function parse(text: string, index: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw formatFailure("safetensors/index-not-json", { index, characters: text.length }, cause);
  }
}

function checkedPath(index: string, tensor: string, file: string): string {
  try {
    return checkPath(file);
  } catch (cause) {
    throw formatFailure("safetensors/index-path", { index, tensor, file }, cause);
  }
}
