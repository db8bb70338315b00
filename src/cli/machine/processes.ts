import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** What tells this process from every other, those of other machines and of other times included: `id start host`. */
export function processMark(): string {
  return [process.pid, startOf(process.pid) ?? "?", hostname()].join(" ");
}

/**
 * Whether the process of a mark may still be at work. Ids are given again, so where the system tells when a process began, that has to
 * be the same. Nothing can be known of another machine that shares the disk.
 */
export function isAtWork(mark: string): boolean {
  const [id = "", start, host] = mark.trim().split(" ");
  if (host !== undefined && host !== hostname()) return true;
  const pid = Number(id);
  if (!isAlive(pid)) return false;
  return start === undefined || start === "?" || startOf(pid) === undefined || startOf(pid) === start;
}

export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0); // asks, and ends nothing
    return true;
  } catch (error) {
    // Somebody else's process may not be asked, but it is there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Ticks since the system's start at which a process began, where there is a /proc to ask. */
function startOf(pid: number): string | undefined {
  try {
    // Its name stands in brackets and may hold anything; the start is the 20th word behind it.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
}
