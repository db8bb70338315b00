import type { UnknownObject } from "../../formats/json";
import type { Model } from "../../model/model";
import { parseObject, readFolderText, type TextFile } from "../../tokens/folderText";

/** Real ones have a few hundred bytes. */
const GENERATION_CONFIG: TextFile = { path: "generation_config.json", limit: 1024 * 1024 };

/** What a model's folder says of generation, end ids above all; an empty object where it says nothing. @throws {AwaseError} `tokenizer/broken` */
export async function readGenerationConfig({ folder }: Model): Promise<UnknownObject> {
  const text = await readFolderText(folder, GENERATION_CONFIG);
  return text === undefined ? {} : parseObject(folder, GENERATION_CONFIG.path, text);
}
