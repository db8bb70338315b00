import type { AwaseError } from "../../base/errors";
import { INDEX_FILE, TORCH_INDEX_FILE } from "../../formats/indexJson";
import { isWeightFile } from "../../formats/weightFiles";
import type { FileEntry, Folder } from "../../io/types";
import { adapterFailure } from "../adapters/failures";
import { modelFailure, remark } from "../failures";
import type { Remark } from "../model";

/** Where in the folder that was named the model lies: the folder itself, or one below it. */
export interface ModelPlace {
  readonly folder: Folder;
  readonly files: readonly FileEntry[];
  readonly remarks: readonly Remark[];
  /** Weights of what changes a model and is none. */
  readonly adapterFile?: string;
}

/** What peft writes. */
export const ADAPTER_CONFIG = "adapter_config.json";
const ADAPTER_FILES = ["adapter_model.safetensors", "adapter_model.bin"] as const;

/** How many folders a sentence names. */
const NAMED = 5;
/** A file that says which commit a branch of the Hub's cache stands at. */
const MAX_REF_BYTES = 200;

/**
 * Finds the model in a folder: at its top, in a snapshot of the Hub's cache (`models--org--name/snapshots/<commit>`), or in
 * the only folder below that holds one.
 * @throws {AwaseError} `model/no-files`, `adapter/no-config`, `adapter/no-weights`, `model/blobs`, `model/snapshots`, `model/subfolders`, `model/unfinished`, `model/gguf`
 */
export async function findModel(key: string, folder: Folder, signal?: AbortSignal): Promise<ModelPlace> {
  const files = await folder.list(signal);
  if (files.length === 0) throw modelFailure("model/no-files", { model: key });
  const here = { folder, files, remarks: [] };
  const top = files.filter(({ path }) => !path.includes("/"));
  refuseUnfinished(key, files, /\.aria2$/); // lies beside a file that has its size already, and holes in it
  if (top.some(({ path }) => isWeights(path))) return here;
  refuseUnfinished(key, files, UNFINISHED);
  if (top.some(({ path }) => isAdapterFile(path))) return adapterPlace(key, here);
  const snapshot = await findSnapshot(key, folder, files, signal);
  if (snapshot !== undefined) {
    return below(here, snapshot, remark("model/snapshot-used", { model: key, folder: snapshot }));
  }
  refuseBlobs(key, files);
  if (top.some(({ path }) => isPickle(path))) return here;
  const inside = foldersToOpen(files);
  const [only] = inside;
  if (inside.length > 1) throw subfolders(key, inside);
  if (only !== undefined) {
    return below(here, only, remark("model/subfolder-used", { model: key, folder: only }));
  }
  refuseGguf(key, files);
  return here;
}

/** Files of PyTorch, which run code where they are opened with it. Only those of a whole model are read here, as data. */
export function isPickle(path: string): boolean {
  return /\.(?:bin|pt|pth|ckpt)(?:\.index\.json)?$/.test(path);
}

/** Weights of a model that can be read, not those of an adapter. */
function isWeights(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return (isWeightFile(name) && !name.startsWith("adapter_")) || name === INDEX_FILE || name === TORCH_INDEX_FILE;
}

function below({ folder, files }: ModelPlace, inside: string, found: Remark): ModelPlace {
  const prefix = `${inside}/`;
  const view: Folder = {
    name: folder.name,
    list: async (signal) => within(await folder.list(signal), prefix),
    open: (path, signal) => folder.open(prefix + path, signal),
  };
  const inIt = within(files, prefix);
  const adapterFile = inIt.some(({ path }) => isWeights(path)) ? undefined : adapterFileOf(inIt, "");
  return { folder: view, files: inIt, remarks: [found], ...(adapterFile === undefined ? {} : { adapterFile }) };
}

function within(files: readonly FileEntry[], prefix: string): readonly FileEntry[] {
  return files
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ path, size }) => ({ path: path.slice(prefix.length), size }));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Folders that hold a config and weights. */
function foldersWithModels(files: readonly FileEntry[]): readonly string[] {
  const withWeights = new Set(files.filter(({ path }) => isWeights(path)).map(({ path }) => folderOf(path)));
  const withConfig = files.filter(({ path }) => path.endsWith("/config.json")).map(({ path }) => folderOf(path));
  return withConfig.filter((path) => withWeights.has(path)).sort();
}

/** Folders that hold a model, or where none does an adapter. */
function foldersToOpen(files: readonly FileEntry[]): readonly string[] {
  const models = foldersWithModels(files);
  return models.length > 0 ? models : foldersWithAdapters(files);
}

/** Folders that hold an adapter, as a trainer leaves them: `checkpoint-500`. */
function foldersWithAdapters(files: readonly FileEntry[]): readonly string[] {
  return files
    .filter(({ path }) => path.endsWith(`/${ADAPTER_CONFIG}`))
    .map(({ path }) => folderOf(path))
    .filter((path) => adapterFileOf(files, `${path}/`) !== undefined)
    .sort();
}

/** The weights of the adapter that lies below a prefix; safetensors first, as peft takes them. */
function adapterFileOf(files: readonly FileEntry[], prefix: string): string | undefined {
  const held = new Set(files.map(({ path }) => path));
  return held.has(prefix + ADAPTER_CONFIG) ? ADAPTER_FILES.find((file) => held.has(prefix + file)) : undefined;
}

/** The snapshot that a cache folder of the Hub's clients stands at: what `refs/main` names, else the only one. */
async function findSnapshot(
  key: string,
  folder: Folder,
  files: readonly FileEntry[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const found = foldersToOpen(files).filter((path) => /^(?:.*\/)?snapshots\/[0-9a-f]{7,64}$/.test(path));
  const [only] = found;
  if (only === undefined) return undefined;
  const roots = new Set(found.map((path) => path.replace(/snapshots\/[^/]+$/, "")));
  if (roots.size > 1)
    throw subfolders(
      key,
      [...roots].map((root) => root.replace(/\/$/, "")),
    );
  if (found.length === 1) return only;
  const [root = ""] = roots;
  const ref = files.find(({ path, size }) => path === `${root}refs/main` && size <= MAX_REF_BYTES);
  const commit = ref && (await readText(folder, ref.path, signal)).trim();
  const current = found.find((path) => path.endsWith(`/${commit}`) || path === `snapshots/${commit}`);
  if (current !== undefined) return current;
  throw modelFailure("model/snapshots", { model: key, found: found.length, folders: some(found) });
}

/** A cache whose snapshots are links that nobody follows here, as browsers do not: what can be seen has no names. */
function refuseBlobs(key: string, files: readonly FileEntry[]): void {
  const blobs = files.filter(({ path }) => /^blobs\/[0-9a-f]{40,64}$/.test(path)).length;
  if (blobs === 0 || files.some(({ path }) => path.endsWith("config.json"))) return;
  throw modelFailure("model/blobs", { model: key, blobs });
}

async function readText(folder: Folder, path: string, signal: AbortSignal | undefined): Promise<string> {
  const source = await folder.open(path, signal);
  return new TextDecoder().decode(await source.read(0, source.size, signal));
}

function subfolders(key: string, folders: readonly string[]): AwaseError {
  return modelFailure("model/subfolders", { model: key, found: folders.length, folders: some(folders) });
}

function some(folders: readonly string[]): string {
  const more = folders.length > NAMED ? ", …" : "";
  return folders.slice(0, NAMED).join(", ") + more;
}

function isAdapterFile(path: string): boolean {
  return /^adapter_(?:config\.json|model\.)/.test(path);
}

/** A folder of changes to a model. */
function adapterPlace(key: string, place: ModelPlace): ModelPlace {
  const paths = new Set(place.files.map(({ path }) => path));
  if (!paths.has(ADAPTER_CONFIG)) throw adapterFailure("adapter/no-config", { model: key });
  const adapterFile = adapterFileOf(place.files, "");
  if (adapterFile !== undefined) return { ...place, adapterFile };
  const file = [...paths].find((path) => path.startsWith("adapter_model."));
  throw adapterFailure("adapter/no-weights", { model: key, file });
}

/** What downloaders call a file until it is whole. */
const UNFINISHED = /\.(?:safetensors|bin)\.(?:crdownload|download|incomplete|opdownload|partial|tmp|!ut|!qB)$/;

function refuseUnfinished(key: string, files: readonly FileEntry[], names: RegExp): void {
  const found = files.find(({ path }) => names.test(path) && !path.includes("/"));
  if (!found) return;
  throw modelFailure("model/unfinished", { model: key, file: found.path });
}

function refuseGguf(key: string, files: readonly FileEntry[]): void {
  const gguf = files.find(({ path }) => /\.(?:gguf|ggml)$/i.test(path));
  if (!gguf || files.some(({ path }) => isWeights(path))) return;
  throw modelFailure("model/gguf", { model: key, file: gguf.path, expected: "a safetensors file" });
}
