// `npm run merge`: builds the command line when its sources changed, then runs it in this process.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bin, ensureInstalled, root, run } from "./setup.mjs";

const built = join(root, "dist/cli/merge.js");

ensureInstalled();
if (newest([join(root, "src"), join(root, "shaders"), join(root, "package-lock.json")]) > time(built)) {
  run(process.execPath, [bin("vite"), "build", "--config", "vite.cli.config.ts", "--logLevel", "warn"]);
}
await import(pathToFileURL(built).href);

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
