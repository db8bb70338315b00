// `npm run fuzz`: gives the readers of strangers' files inputs that were bent, and holds their answers against what must be true.
import { join } from "node:path";
import { buildIfStale, ensureInstalled, root, run } from "./setup.mjs";

ensureInstalled();
buildIfStale("dist/fuzz", "fuzz/vite.config.ts", ["src", "shaders", "fuzz", "package-lock.json"], process.stderr);
run(process.execPath, [join(root, "dist/fuzz/main.js"), ...process.argv.slice(2)]);
