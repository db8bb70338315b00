import type { AwaseError } from "../base/errors";
import { isObject, type UnknownObject } from "../formats/json";
import { jsonExcess } from "../formats/jsonExcess";
import { parsePythonJson } from "../formats/pythonJson";
import type { Folder } from "../io/types";
import { tokenFailure } from "./failures";

/** A small text file of a model folder: its name and how much of it is read at most. */
export interface TextFile {
  readonly path: string;
  readonly limit: number;
}

/**
 * The text of a file, or undefined where the folder has none.
 * @throws {AwaseError} `tokenizer/too-large` when it has more bytes than the limit
 */
export async function readFolderText(
  folder: Folder,
  { path, limit }: TextFile,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const entry = (await folder.list(signal)).find((file) => file.path === path);
  if (!entry) return undefined;
  if (entry.size > limit) {
    throw tokenFailure("tokenizer/too-large", { folder: folder.name, file: path, found: entry.size, limit });
  }
  const source = await folder.open(path, signal);
  return new TextDecoder().decode(await source.read(0, source.size, signal));
}

/** The largest vocabularies with their merges have two million values; lists of steps nest a dozen levels. */
const LIMITS = { depth: 64, values: 16_000_000 };

/**
 * A JSON object from the text of a file.
 * @throws {AwaseError} `tokenizer/broken` when it is something else
 */
export function parseObject(folder: Folder, file: string, text: string): UnknownObject {
  const excess = jsonExcess(text, LIMITS);
  if (excess !== undefined) throw brokenFile(folder, file, excess);
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (cause) {
    throw brokenFile(folder, file, "it is not JSON", cause);
  }
  if (!isObject(value)) throw brokenFile(folder, file, "it must be a JSON object, but is something else");
  return value;
}

/** A file that belongs to the tokenizer and cannot be used. `what` is a clause: what was found instead. */
export function brokenFile(folder: Folder, file: string, what: string, cause?: unknown): AwaseError {
  return tokenFailure("tokenizer/broken", { folder: folder.name, file, found: what }, cause);
}
