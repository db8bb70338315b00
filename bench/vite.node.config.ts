import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { assembly } from "../scripts/assembly.ts";

/** What the bench measures in a process of Node's own, with the kernels built in. */
export default defineConfig({
  plugins: [assembly()],
  publicDir: false,
  build: {
    ssr: true,
    outDir: "dist/bench-node",
    emptyOutDir: true,
    target: "node20",
    rollupOptions: {
      input: [fileURLToPath(new URL("lm/node.ts", import.meta.url))],
      checks: { pluginTimings: false },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
