import { hang } from "./hub/faults";
import type { LocalHub } from "./hub/server";
import type { Studio } from "./studio";

const MODELS = ["acme/large-1", "acme/large-2"] as const;
const LAST_SHARD = "model-00004-of-00004.safetensors";

export const LARGE_RECIPE = `merge_method: linear
models:
  - model: ${MODELS[0]}
    parameters: {weight: 0.75}
  - model: ${MODELS[1]}
    parameters: {weight: 0.25}
dtype: float32
out_dtype: bfloat16
`;

/** Paths on the file server of the last shards, which hold tensors merged near the end. */
function lastShards(hub: LocalHub): RegExp {
  const hashes = MODELS.map((id) => hub.repository(id).head.files.get(LAST_SHARD)?.sha256 ?? "none");
  return new RegExp(hashes.join("|"));
}

/** Adds the two large models of the local Hub and the recipe over them. */
export async function prepareLargeMerge(studio: Studio): Promise<void> {
  await studio.openEmpty();
  await studio.models.addFromHub(...MODELS);
  await studio.recipe.write(LARGE_RECIPE);
  await studio.recipe.ready();
}

/** Merges until only tensors are left whose bytes the Hub holds back; `hub.mend()` lets them go. */
export async function startAndStall(studio: Studio, hub: LocalHub): Promise<void> {
  hub.fault({ on: "cdn", match: lastShards(hub), times: 99, fault: hang(0) });
  await studio.run.start();
  await studio.run.underWay();
}

/** Merges from start to end: sha256 of the weights. */
export async function mergedHash(studio: Studio): Promise<string | undefined> {
  await studio.run.start();
  return studio.run.weightsHash();
}

/** Paths of all files in the origin's private file system. */
export async function filesInOpfs(): Promise<string[]> {
  const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const [name, handle] of folder.entries()) {
      if (handle instanceof FileSystemDirectoryHandle) found.push(...(await walk(handle, `${path}${name}/`)));
      else found.push(`${path}${name}`);
    }
    return found;
  };
  return walk(await navigator.storage.getDirectory(), "");
}
