import type { AwaseError } from "../../base/errors";
import { checkShardFiles, INDEX_FILE, parseIndex, type ShardIndex } from "../../formats/indexJson";
import { modelFailure } from "../failures";
import { isPickle } from "./place";

const SINGLE_FILE = "model.safetensors";
/** A file of a set, as transformers names them. */
const SHARD = /^(.*)-(\d{5})-of-(\d{5})\.safetensors$/;

/** Which files hold the weights. */
export interface WeightFiles {
  readonly weightFiles: readonly string[];
  readonly index?: ShardIndex;
}

/**
 * The weight files of a model: those of its index, else the single file, else the only one or the whole set of shards that lies there.
 * @param paths files of the folder
 * @param readIndex gives the index's text, asked only where there is one
 * @throws {AwaseError} `model/no-weights`, `model/pickle-only`, `model/missing-shard`, and what reading the index throws
 */
export async function findWeights(
  key: string,
  paths: ReadonlySet<string>,
  readIndex: () => Promise<string>,
): Promise<WeightFiles> {
  if (paths.has(INDEX_FILE)) {
    const index = parseIndex(await readIndex());
    checkShardFiles(index, paths);
    return { weightFiles: index.files, index };
  }
  if (paths.has(SINGLE_FILE)) return { weightFiles: [SINGLE_FILE] };
  const others = [...paths].filter((path) => /^[^/]+\.safetensors$/.test(path) && !path.startsWith("adapter_"));
  const set = shardSet(key, others);
  if (set) return { weightFiles: set };
  const [only] = others;
  // A file that was dropped alone often has a name of its own.
  if (only !== undefined && others.length === 1) return { weightFiles: [only] };
  throw noWeights(key, paths, others.length);
}

/** The shards of one set, in order, where nothing else lies there: part of a model must not pass for the whole. */
function shardSet(key: string, files: readonly string[]): readonly string[] | undefined {
  const shards = files.map((file) => SHARD.exec(file));
  const [first] = shards;
  if (!first || shards.some((shard) => shard?.[1] !== first[1] || shard?.[3] !== first[3])) return undefined;
  const count = Number(first[3]);
  const names = Array.from({ length: Math.min(count, files.length + 1) }, (_, at) => {
    return `${first[1]}-${String(at + 1).padStart(5, "0")}-of-${first[3]}.safetensors`;
  });
  const missing = names.find((name) => !files.includes(name));
  if (missing === undefined && files.length === count) return names;
  throw modelFailure("model/missing-shard", {
    model: key,
    found: files.length,
    expected: count,
    file: missing ?? INDEX_FILE,
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
