import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  plugins: [react()],
  resolve: {
    // The package names its browser build only in the old `browser` field, which `exports` hides.
    alias: {
      "@huggingface/hub": fileURLToPath(
        new URL("node_modules/@huggingface/hub/dist/browser/index.mjs", import.meta.url),
      ),
    },
  },
  worker: { format: "es" },
  build: { target: "es2022", sourcemap: false },
});
