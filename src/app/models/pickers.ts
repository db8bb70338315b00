import { isAbort } from "../../base/errors";
import { append } from "../../base/lists";
import type { ModelOrigin } from "../../engine/protocol/protocol";
import { modelsOfFiles } from "../../state/models/dropped";

type NamedFile = { readonly path: string; readonly file: File };

/** Asks for a model folder. Folders are opened in place; where the browser cannot, their files are listed instead. */
export async function pickFolder(): Promise<ModelOrigin[]> {
  if (!window.showDirectoryPicker) return modelsOfFiles(await askFiles({ folder: true }));
  const handle = await pickDirectory("models", "read");
  return handle ? [{ kind: "directory", handle }] : [];
}

export async function pickFiles(): Promise<ModelOrigin[]> {
  return modelsOfFiles(await askFiles({ folder: false }));
}

/** A folder to read or to write; undefined when the person changed their mind. Each `id` opens where it was last. */
export async function pickDirectory(
  id: string,
  mode: "read" | "readwrite",
): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await window.showDirectoryPicker?.({ id, mode });
  } catch (error) {
    if (isAbort(error)) return undefined;
    throw error;
  }
}

const RECIPE = /\.ya?ml$/i;

/** What a recipe is called whose file is called `file`. */
export function recipeNameOf(file: string): string {
  return file.replace(RECIPE, "");
}

/** The recipe in a drop of nothing but one; undefined when the drop is something else. */
export function droppedRecipe({ files }: DataTransfer): File | undefined {
  const [only, ...more] = files;
  return only && more.length === 0 && RECIPE.test(only.name) ? only : undefined;
}

/** One text file, read; undefined when none was chosen. */
export async function pickText(accept: string): Promise<{ name: string; text: string } | undefined> {
  const [picked] = await askFiles({ folder: false, accept, multiple: false });
  return picked && { name: picked.file.name, text: await picked.file.text() };
}

/** Files, as they are; none when none was chosen. */
export async function pickPlainFiles(accept: string): Promise<File[]> {
  const picked = await askFiles({ folder: false, accept });
  return picked.map(({ file }) => file);
}

function askFiles(options: { folder: boolean; accept?: string; multiple?: boolean }): Promise<NamedFile[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = options.multiple ?? true;
    input.webkitdirectory = options.folder;
    if (options.accept) input.accept = options.accept;
    input.addEventListener("cancel", () => resolve([]), { once: true });
    input.addEventListener(
      "change",
      () => resolve([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
      { once: true },
    );
    input.click();
  });
}

/**
 * The models in a drop. Folders come as handles where the browser gives them, so that they open again after a reload;
 * elsewhere their files are listed. Call it inside the drop event: its items are gone afterwards.
 */
export async function droppedModels(transfer: DataTransfer): Promise<ModelOrigin[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const asked = items.map((item) => ({
    handle: item.getAsFileSystemHandle?.(),
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
  }));
  const origins: ModelOrigin[] = [];
  const files: NamedFile[] = [];
  for (const { handle: promised, entry, file } of asked) {
    // Drops made by a program have files but no handles.
    const handle = await promised?.catch(() => null);
    if (handle instanceof FileSystemDirectoryHandle) origins.push({ kind: "directory", handle });
    else if (entry?.isDirectory) append(files, await filesUnder(entry));
    else if (file) files.push({ path: file.name, file });
  }
  return [...origins, ...modelsOfFiles(files)];
}

async function filesUnder(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  if (!isDirectory(entry)) return [];
  const reader = entry.createReader();
  const files: NamedFile[] = [];
  // Entries come in batches; an empty one is the last.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return files;
    for (const child of batch) append(files, await filesUnder(child));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
