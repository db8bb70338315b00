import { defineConfig } from "vite";

/** The command line: one file for Node, its packages left where npm put them. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: "src/cli/merge.ts",
    outDir: "dist/cli",
    emptyOutDir: true,
    target: "node20",
    rollupOptions: { output: { entryFileNames: "[name].js" } },
  },
});
