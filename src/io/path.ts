import { AwaseError } from "../base/errors";

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
    throw new AwaseError(
      "io/path",
      `The path ${JSON.stringify(shown)} cannot be used: ${fault}. A path must be relative and stay inside its folder. Rename the file.`,
      { facts: { path: shown, fault } },
    );
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

/** `a/b/c` as its folders `["a", "b"]` and its file name `c`. The path has been checked. */
export function splitPath(path: string): { readonly folders: readonly string[]; readonly file: string } {
  const parts = path.split("/");
  return { folders: parts.slice(0, -1), file: parts.at(-1) ?? "" };
}
