import { ioFailure } from "./failures";

/** Longest path that is taken from a file list, an index or an archive. */
const MAX_PATH_LENGTH = 1024;

/**
 * Checks a path that came from outside: relative, `/` between its parts, inside its folder on every system.
 * @throws {AwaseError} `io/path`
 */
export function checkPath(path: string): string {
  const fault = faultOf(path);
  if (fault) {
    const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
    throw ioFailure("io/path", { path: shown, fault });
  }
  return path;
}

function faultOf(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.length > MAX_PATH_LENGTH) return `it has ${path.length} characters, the limit is ${MAX_PATH_LENGTH}`;
  if (path.includes("\0")) return "it has a NUL character";
  if (path.includes("\\")) return "it has a backslash";
  if (path.startsWith("/")) return "it is absolute";
  if (/^[A-Za-z]:/.test(path)) return "it begins with a drive letter";
  const parts = path.split("/");
  if (parts.includes("..")) return 'it has ".."';
  if (parts.includes(".")) return 'it has "."';
  if (parts.includes("")) return "it has an empty part";
  return undefined;
}

/** Names that Windows keeps for devices, whatever their ending. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Characters of a file name that leave room for an ending: file systems take 255 bytes, and a character has up to 4. */
const MAX_NAME_LENGTH = 60;

/**
 * What somebody called a thing, as the name of a file or folder on any system: letters of every script stay, what would leave
 * the folder or is forbidden somewhere becomes `_`.
 * @param otherwise what it is called where nothing is left
 */
export function asFileName(name: string, otherwise: string): string {
  const plain = name
    .normalize("NFC")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*\u2028\u2029]+/g, "_")
    .replace(/^[\s.]+|[\s.]+$/g, "");
  const short = [...plain].slice(0, MAX_NAME_LENGTH).join("").trimEnd();
  if (/^_*$/.test(short)) return otherwise;
  return DEVICE_NAME.test(short) ? `_${short}` : short;
}

/** `a/b/c` as its folders `["a", "b"]` and its file name `c`. The path has been checked. */
export function splitPath(path: string): { readonly folders: readonly string[]; readonly file: string } {
  const parts = path.split("/");
  return { folders: parts.slice(0, -1), file: parts.at(-1) ?? "" };
}
