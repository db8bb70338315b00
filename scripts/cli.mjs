// Builds the command lines when their sources changed, then runs one of them in this process.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildIfStale, ensureInstalled, root } from "./setup.mjs";

const SOURCES = ["src", "shaders", "assembly", "scripts/assembly.ts", "vite.cli.config.ts", "package-lock.json"];

/** @param name of the command: that of its file in src/cli */
export async function runCommandLine(name) {
  ensureInstalled();
  buildIfStale("dist/cli", "vite.cli.config.ts", SOURCES, process.stderr);
  await import(pathToFileURL(join(root, "dist/cli", `${name}.js`)).href);
}
