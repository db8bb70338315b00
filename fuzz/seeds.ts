import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Real files that inputs are made from. The fuzzers are started in the project's root, built (`npm run fuzz`) or as a test.
 */

export function readText(path: string): string {
  return readFileSync(path, "utf8");
}

export function readBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** Paths of the files in a folder, at any depth, whose name ends so; in an order that is the same everywhere. */
export function filesEnding(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path))
    .sort();
}

/** The files of a folder by name. */
export function folderFiles(folder: string): ReadonlyMap<string, Uint8Array> {
  if (!existsSync(folder)) throw new Error(`There is no ${folder}: start the fuzzers in the project's root.`);
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readBytes(join(folder, name))]),
  );
}
