import { defineConfig } from "vite";
import { assembly } from "./scripts/assembly.ts";

/** The command lines: a file for each in Node and what they share, their packages left where npm put them. */
export default defineConfig({
  plugins: [assembly()],
  publicDir: false,
  build: {
    ssr: true,
    outDir: "dist/cli",
    emptyOutDir: true,
    target: "node20",
    rollupOptions: {
      input: [
        "src/cli/merge.ts",
        "src/cli/eval.ts",
        "src/cli/compare.ts",
        "src/cli/extracting/extract-lora.ts",
        "src/cli/search.ts",
      ],
      checks: { pluginTimings: false },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
