import type { UnknownObject } from "../formats/json";
import type { Folder } from "../io/types";
import { parseObject, readFolderText, type TextFile } from "./folderText";

/** The largest vocabularies, of a quarter million tokens with their merges, take about 35 MB. */
export const TOKENIZER_FILE: TextFile = { path: "tokenizer.json", limit: 128 * 1024 * 1024 };
/** A few kB; those that repeat thousands of reserved tokens reach one MB. */
const TOKENIZER_CONFIG_FILE: TextFile = { path: "tokenizer_config.json", limit: 16 * 1024 * 1024 };

/** The settings beside a tokenizer; an empty object where the folder has none. */
export async function readTokenizerConfig(folder: Folder, signal?: AbortSignal): Promise<UnknownObject> {
  const text = await readFolderText(folder, TOKENIZER_CONFIG_FILE, signal);
  return text === undefined ? {} : parseObject(folder, TOKENIZER_CONFIG_FILE.path, text);
}
