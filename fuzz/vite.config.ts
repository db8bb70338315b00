import { defineConfig } from "vite";
import { assembly } from "../scripts/assembly.ts";

/** The fuzzers and their thread, for Node; started in the project's root, since they read its files. */
export default defineConfig({
  plugins: [assembly()],
  publicDir: false,
  build: {
    ssr: true,
    outDir: "dist/fuzz",
    emptyOutDir: true,
    target: "node20",
    rollupOptions: {
      input: ["fuzz/main.ts", "fuzz/worker.ts"],
      checks: { pluginTimings: false },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
