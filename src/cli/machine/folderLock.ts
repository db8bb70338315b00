import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AwaseError } from "../../base/errors";
import { cliFailure } from "../failures";
import { isAtWork, processMark } from "./processes";

/** Lies in an output folder while a process writes there, and holds that process's mark. */
export const LOCK_FILE = ".awase-lock";

/** Folders that this process has locked. */
const ours = new Set<string>();

/**
 * Makes a folder where there is none, and keeps two processes from writing into it. What a process that died left behind
 * is taken over.
 * @param folder absolute
 * @returns what lets go of the folder, and takes it away again if it was made for nothing
 * @throws {AwaseError} `output/busy` with the id of the process at work there, `output/unusable`
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_FILE);
  let made: string | undefined;
  try {
    made = await mkdir(folder, { recursive: true });
    if (!(await created(path))) {
      const mark = await readFile(path, "utf8").catch(() => "");
      const owner = Number.parseInt(mark, 10);
      if (ours.has(folder) || (owner !== process.pid && isAtWork(mark))) throw busy(folder, owner);
      await rm(path, { force: true });
      if (!(await created(path))) throw busy(folder, owner);
    }
  } catch (error) {
    await removeMade(folder, made);
    throw error instanceof AwaseError ? error : unusable(folder, error);
  }
  ours.add(folder);
  return async () => {
    ours.delete(folder);
    await rm(path, { force: true });
    await removeMade(folder, made);
  };
}

/** Removes the folders from `folder` up to the first that was made; those with anything in them stay. */
async function removeMade(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined) return;
  try {
    for (let path = folder; path.length >= first.length; path = dirname(path)) await rmdir(path);
  } catch {
    // Something lies in it.
  }
}

/** Whether the file is made now; of two processes that try, one makes it. */
async function created(path: string): Promise<boolean> {
  try {
    await writeFile(path, processMark(), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function busy(folder: string, pid: number): AwaseError {
  return cliFailure("output/busy", { folder, pid, lock: LOCK_FILE });
}

function unusable(folder: string, cause: unknown): AwaseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return cliFailure("output/unusable", { folder, reason }, cause);
}
