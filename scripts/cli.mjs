// Builds the command lines when their sources changed, then runs one of them in this process.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bin, ensureInstalled, root, run } from "./setup.mjs";

/** @param name of the command: that of its file in src/cli */
export async function runCommandLine(name) {
  const built = join(root, "dist/cli", `${name}.js`);
  ensureInstalled();
  if (newest([join(root, "src"), join(root, "shaders"), join(root, "package-lock.json")]) > time(built)) {
    const build = ["build", "--config", "vite.cli.config.ts", "--logLevel", "warn"];
    run(process.execPath, [bin("vite"), ...build], process.stderr);
  }
  await import(pathToFileURL(built).href);
}

function newest(paths) {
  return Math.max(
    ...paths.map((path) =>
      statSync(path).isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : time(path),
    ),
  );
}

function time(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
