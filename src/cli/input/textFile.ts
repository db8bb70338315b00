import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeText } from "../../formats/text";
import type { Mistake } from "../arguments";

/**
 * A text that the user named, as it stands in its file, a byte order mark included.
 * @param cwd relative paths count from here
 */
export async function readTextFile(file: string, cwd: string): Promise<{ readonly text: string } | Mistake> {
  const path = resolve(cwd, file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return { mistake: unreadable(path, error) };
  }
  const text = decodeText(bytes);
  return text === undefined ? { mistake: `${path} is not UTF-8 text. Save it as UTF-8.` } : { text };
}

function unreadable(path: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return `There is no file ${path}. Check the path.`;
  if (code === "EISDIR") return `${path} is a folder, where a file was expected. Name a file in it.`;
  return `Cannot read ${path} (${message}).`;
}
