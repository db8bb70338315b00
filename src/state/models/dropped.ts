import type { ModelOrigin } from "../../engine/protocol/protocol";

type FilesOrigin = Extract<ModelOrigin, { kind: "files" }>;
type NamedFile = FilesOrigin["files"][number];

const WEIGHTS = /(?:\.safetensors|^pytorch_model.*\.bin)$/i;
const SHARD = /-\d{5}-of-\d{5}\.(?:safetensors|bin)$/i;
/** Files that say that everything beside them is one model. */
const MODEL_FILES = /^(config\.json|.*\.(?:safetensors|bin)\.index\.json)$/i;

/**
 * Sorts files that were dropped or picked into models: a folder is one model, and so are loose files with a config or an
 * index among them, or shards of one set. Other loose safetensors files are a model each.
 */
export function modelsOfFiles(files: readonly NamedFile[]): FilesOrigin[] {
  const folders = new Map<string, NamedFile[]>();
  const loose: NamedFile[] = [];
  for (const { path, file } of files) {
    const slash = path.indexOf("/");
    if (slash < 0) loose.push({ path, file });
    else {
      const folder = path.slice(0, slash);
      folders.set(folder, [...(folders.get(folder) ?? []), { path: path.slice(slash + 1), file }]);
    }
  }
  const models = [...folders].map(([name, content]): FilesOrigin => ({ kind: "files", name, files: content }));
  if (loose.length === 0) return models;
  const weights = loose.filter(({ path }) => WEIGHTS.test(path));
  const together = weights.length < 2 || loose.some(({ path }) => MODEL_FILES.test(path) || SHARD.test(path));
  if (together) return [...models, { kind: "files", name: looseName(loose), files: loose }];
  return [...models, ...weights.map((file): FilesOrigin => ({ kind: "files", name: stem(file.path), files: [file] }))];
}

/** Loose files are called after their weights. */
function looseName(files: readonly NamedFile[]): string {
  const named = files.find(({ path }) => WEIGHTS.test(path)) ?? files[0];
  return named ? stem(named.path) : "";
}

function stem(path: string): string {
  return path.replace(SHARD, "").replace(/\.(?:safetensors|bin)$/i, "");
}
