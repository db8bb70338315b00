import type { AwaseError } from "../../base/errors";
import { checkShardFiles, INDEX_FILE, parseIndex, type ShardIndex, TORCH_INDEX_FILE } from "../../formats/indexJson";
import { isTorchFile } from "../../formats/weightFiles";
import { modelFailure } from "../failures";
import { isPickle } from "./place";

const SINGLE_FILE = "model.safetensors";
const SINGLE_TORCH_FILE = "pytorch_model.bin";
/** A file of a set, as transformers names them. */
const SHARD = /^(.*)-(\d{5})-of-(\d{5})\.(safetensors|bin)$/;

/** Which files hold the weights. */
export interface WeightFiles {
  readonly weightFiles: readonly string[];
  readonly index?: ShardIndex;
}

/**
 * The weight files of a model: those of its index, else the single file, else the only one or the whole set of shards that lies there.
 * Files of PyTorch count where there are no safetensors.
 * @param paths files of the folder
 * @param readIndex gives the text of an index that is there
 * @throws {AwaseError} `model/no-weights`, `model/pickle-only`, `model/missing-shard`, and what reading the index throws
 */
export async function findWeights(
  key: string,
  paths: ReadonlySet<string>,
  readIndex: (file: string) => Promise<string>,
): Promise<WeightFiles> {
  const top = [...paths].filter((path) => !path.includes("/"));
  const own = top.filter((path) => !path.startsWith("adapter_"));
  const safetensors = own.filter((path) => path.endsWith(".safetensors"));
  const found =
    (await weightsIn(key, paths, INDEX_FILE, SINGLE_FILE, safetensors, readIndex)) ??
    (await weightsIn(key, paths, TORCH_INDEX_FILE, SINGLE_TORCH_FILE, own.filter(isTorchFile), readIndex));
  if (found) return found;
  throw noWeights(key, paths, safetensors.length);
}

async function weightsIn(
  key: string,
  paths: ReadonlySet<string>,
  indexFile: string,
  single: string,
  files: readonly string[],
  readIndex: (file: string) => Promise<string>,
): Promise<WeightFiles | undefined> {
  if (paths.has(indexFile)) {
    const index = parseIndex(await readIndex(indexFile), indexFile);
    checkShardFiles(index, paths);
    return { weightFiles: index.files, index };
  }
  if (paths.has(single)) return { weightFiles: [single] };
  const set = shardSet(key, files, indexFile);
  if (set) return { weightFiles: set };
  const [only] = files;
  // A file that was dropped alone often has a name of its own.
  return only !== undefined && files.length === 1 ? { weightFiles: [only] } : undefined;
}

/** The shards of one set, in order, where nothing else lies there: part of a model must not pass for the whole. */
function shardSet(key: string, files: readonly string[], index: string): readonly string[] | undefined {
  const shards = files.map((file) => SHARD.exec(file));
  const [first] = shards;
  if (!first || shards.some((shard) => shard?.[1] !== first[1] || shard?.[3] !== first[3])) return undefined;
  const count = Number(first[3]);
  const names = Array.from({ length: Math.min(count, files.length + 1) }, (_, at) => {
    return `${first[1]}-${String(at + 1).padStart(5, "0")}-of-${first[3]}.${first[4]}`;
  });
  const missing = names.find((name) => !files.includes(name));
  if (missing === undefined && files.length === count) return names;
  throw modelFailure("model/missing-shard", {
    model: key,
    found: files.length,
    expected: count,
    file: missing ?? index,
  });
}

function noWeights(key: string, paths: ReadonlySet<string>, safetensors: number): AwaseError {
  const facts = { model: key, files: paths.size, safetensors };
  const pickle = [...paths].find(isPickle);
  if (safetensors === 0 && pickle !== undefined) {
    return modelFailure("model/pickle-only", { ...facts, file: pickle });
  }
  const deeper = [...paths].find((path) => path.includes("/") && path.endsWith(".safetensors"));
  return modelFailure("model/no-weights", { ...facts, single: SINGLE_FILE, index: INDEX_FILE, deeper });
}
