import type { TokenIds } from "../../tokens/types";
import type { Mistake } from "../arguments";
import { readTextFile } from "./textFile";

/** Token ids from a JSON file: a list of lists of whole numbers. */
export async function readTokensFile(file: string, cwd: string): Promise<readonly TokenIds[] | Mistake> {
  const found = await readTextFile(file, cwd);
  if ("mistake" in found) return found;
  const expected = "Expected a list of lists of token ids, such as [[1, 15, 7], [1, 9]].";
  let value: unknown;
  try {
    value = JSON.parse(found.text.replace(/^\uFEFF/, ""));
  } catch (error) {
    return { mistake: `${file} is not JSON (${error instanceof Error ? error.message : String(error)}). ${expected}` };
  }
  if (isSequences(value)) return value;
  return { mistake: `${file} holds something else. ${expected}` };
}

function isSequences(value: unknown): value is readonly TokenIds[] {
  return Array.isArray(value) && value.length > 0 && value.every((ids) => Array.isArray(ids) && ids.every(isId));
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
