import { notFound } from "../../../io/errors";
import { memorySource } from "../../../io/memory";
import type { ByteSource, Folder } from "../../../io/types";
import type { Model } from "../../../model/model";
import type { MergePlan, SideFile } from "../plan";
import { plannedSize } from "./plannedSize";

/**
 * The files beside the weights of a model that nobody wrote, as a folder: what a tokenizer and a template are opened from. A file that is
 * edited has the size of the one it is made of until it is opened.
 */
export function plannedFolder(
  { sideFiles }: Pick<MergePlan, "sideFiles">,
  models: ReadonlyMap<string, Pick<Model, "folder">>,
  name: string,
): Folder {
  return {
    name,
    list: async () => sideFiles.map((file) => ({ path: file.path, size: plannedSize(file) })),
    async open(path, signal) {
      const file = sideFiles.find((each) => each.path === path);
      if (!file) throw notFound(name, path);
      if (file.kind === "text") return memorySource(path, new TextEncoder().encode(file.text));
      const from = file.from === undefined ? undefined : await models.get(file.model)?.folder.open(file.from, signal);
      if (file.kind === "edited") return edited(path, from, file.edit, signal);
      if (!from) throw notFound(file.model, path);
      return from;
    },
  };
}

async function edited(
  path: string,
  from: ByteSource | undefined,
  edit: Extract<SideFile, { kind: "edited" }>["edit"],
  signal: AbortSignal | undefined,
): Promise<ByteSource> {
  const { editedFile } = await import("../../../tokens/building/editedFiles"); // where files are changed, and not before
  const text = from ? new TextDecoder().decode(await from.read(0, from.size, signal)) : "{}";
  return memorySource(path, new TextEncoder().encode(editedFile(text, edit)));
}
