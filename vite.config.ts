import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const hubForBrowsers = new URL("node_modules/@huggingface/hub/dist/browser/index.mjs", import.meta.url);

/** The page. Paths are relative, so that the build can be served from any folder. */
export default defineConfig({
  base: "./",
  plugins: [react()],
  resolve: {
    // The package names its browser build only in the old `browser` field, which its `exports` hide.
    alias: { "@huggingface/hub": fileURLToPath(hubForBrowsers) },
  },
  worker: { format: "es", rollupOptions: { checks: { pluginTimings: false } } },
  build: {
    target: "es2022",
    outDir: "dist/page",
    emptyOutDir: true,
    rollupOptions: { checks: { pluginTimings: false } },
  },
});
