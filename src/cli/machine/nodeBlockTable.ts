import { readdir, readFile, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Block, BlockFile, BlockTable } from "../../io/store/blockTable";
import { replaceFile } from "./replaceFile";

/** What is kept of the Hub as files on disk: `repo/revision/path/start-end`, bytes in `.bin`, the entry in `.json`. */
export function nodeBlockTable(root: string): BlockTable {
  const folderOf = (of: Partial<BlockFile>) =>
    [root, ...[of.repo, of.revision, of.path].filter((part) => part !== undefined).map(fileName)].join(sep);
  const fileOf = (block: Block, ending: "bin" | "json") =>
    join(folderOf(block), `${block.start}-${block.end}.${ending}`);
  const writeEntry = (block: Block) => replaceFile(fileOf(block, "json"), JSON.stringify(block));
  return {
    async blocks(of = {}) {
      const entries = await entriesBelow(folderOf(of));
      const blocks = (await Promise.all(entries.map(readEntry))).filter((block) => block !== undefined);
      return blocks.sort((a, b) => compare(folderOf(a), folderOf(b)) || a.start - b.start);
    },
    async bytes(block) {
      const bytes = await readFile(fileOf(block, "bin")).catch(() => undefined);
      return bytes && new Blob([bytes]);
    },
    async put(block, bytes) {
      // Nobody looks for bytes without an entry, so the entry comes second.
      await replaceFile(fileOf(block, "bin"), new Uint8Array(await bytes.arrayBuffer()));
      await writeEntry(block);
    },
    async update(block) {
      const known = await readFile(fileOf(block, "json")).catch(() => undefined);
      if (known) await writeEntry(block);
    },
    async remove(blocks) {
      for (const block of blocks) {
        await rm(fileOf(block, "json"), { force: true });
        await rm(fileOf(block, "bin"), { force: true });
      }
    },
  };
}

/** Any text as the name of a file; with dots encoded it cannot be `..`. */
function fileName(text: string): string {
  return encodeURIComponent(text).replaceAll(".", "%2E");
}

/** What a machine that lost power left of an entry is as good as none: its bytes are fetched again. */
async function readEntry(path: string): Promise<Block | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Block;
  } catch {
    return undefined;
  }
}

async function entriesBelow(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
