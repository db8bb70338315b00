import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { assembly } from "../scripts/assembly.ts";
import page from "../vite.config.ts";

/** The bench's page: the engine as the studio has it, with baselines beside it. */
export default defineConfig({
  ...page,
  plugins: [assembly()],
  root: fileURLToPath(new URL(".", import.meta.url)),
  publicDir: fileURLToPath(new URL("../public", import.meta.url)), // the samples
  build: { ...page.build, outDir: "../dist/bench" },
});
