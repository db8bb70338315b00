import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { TokenIds } from "../lm/types";

/** Token ids from a JSON file: a list of lists of whole numbers. */
export async function readTokensFile(
  file: string,
  cwd: string,
): Promise<readonly TokenIds[] | { readonly mistake: string }> {
  const text = await readFile(resolve(cwd, file), "utf8").catch(() => undefined);
  if (text === undefined) return { mistake: `There is no file ${file} below ${cwd}. Check the path.` };
  const expected = "Expected a list of lists of token ids, such as [[1, 15, 7], [1, 9]].";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { mistake: `${file} is not JSON (${error instanceof Error ? error.message : String(error)}). ${expected}` };
  }
  if (isSequences(value)) return value;
  return { mistake: `${file} holds something else. ${expected}` };
}

function isSequences(value: unknown): value is readonly TokenIds[] {
  return Array.isArray(value) && value.every((ids) => Array.isArray(ids) && ids.every(isId));
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
