import { defineConfig } from "vite";

/** The fuzzers and their thread, for Node; started in the project's root, since they read its files. */
export default defineConfig({
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
