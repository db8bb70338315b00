/** Files in one model folder. */
export const MAX_FOLDER_FILES = 20_000;
/** Folders inside folders that are looked into. */
export const MAX_FOLDER_DEPTH = 8;
/** Put on the name of a file until it is whole. */
export const PART = ".part";
/** Put by Chromium on the name of the copy that a stream writes to, beside the file, until the stream is closed. */
export const SWAP = ".crswap";

/** True for a file that is still being written: by us, or by a Chromium whose stream is not closed. */
export function isUnfinished(path: string): boolean {
  return path.endsWith(PART) || path.endsWith(SWAP);
}
