// `npm run bench`: builds the page, the bench's page and the command line, then measures. See bench/README.md.
import { bin, ensureInstalled, run } from "./setup.mjs";

ensureInstalled();
for (const config of [
  "bench/vite.config.ts",
  "bench/vite.node.config.ts",
  "vite.cli.config.ts",
  "bench/lending.config.ts",
]) {
  run(process.execPath, [bin("vite"), "build", "--config", config, "--logLevel", "warn"]);
}
run(process.execPath, ["--import", "tsx", "bench/main.ts", ...process.argv.slice(2)]);
