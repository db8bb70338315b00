import { statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { nearName } from "../../recipe/parse/references";

/** The path that a person wrote, from where they stand; `~` is their own folder, as shells have it. */
function pathOf(name: string, cwd: string): string {
  return resolve(cwd, /^~(?=\/|$)/.test(name) ? join(homedir(), name.slice(1)) : name);
}

/** Whether a folder is called exactly so. */
export function hasFolder(name: string, cwd: string): boolean {
  return statSync(pathOf(name, cwd), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The folder that a name means: by its exact path, else by one whose letters are only composed otherwise (macOS takes them apart). */
export async function findFolder(name: string, cwd: string): Promise<string | undefined> {
  const path = pathOf(name, cwd);
  if (await isFolder(path)) return path;
  // Latin letters without accents are spelled in one way.
  if (/^[\x20-\x7e]*$/.test(name)) return undefined;
  let found = "/";
  for (const part of path.split("/").filter((each) => each !== "")) {
    const next = (await entries(found)).find((entry) => entry.normalize("NFC") === part.normalize("NFC"));
    if (next === undefined) return undefined;
    found = join(found, next);
  }
  return (await isFolder(found)) ? found : undefined;
}

/** The folder beside the place of a missing one whose name is nearest to it, written as the missing one was. */
export async function nearFolder(name: string, cwd: string): Promise<string | undefined> {
  const path = pathOf(name, cwd);
  const [parent, last] = [dirname(path), basename(path)];
  const beside = await entries(parent);
  const near = nearName(last, beside);
  if (near === undefined || !(await isFolder(join(parent, near)))) return undefined;
  return name.replace(/[^/]+\/*$/, near);
}

async function entries(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
