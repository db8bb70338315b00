import { defineConfig } from "vite";
import { assembly } from "../scripts/assembly.ts";

/** What measures alignment runs in Node, and imports shaders as the program does. */
export default defineConfig({
  plugins: [assembly()],
  publicDir: false,
  build: {
    ssr: true,
    outDir: "dist/lending",
    emptyOutDir: true,
    target: "node20",
    rollupOptions: {
      input: ["bench/lending.ts"],
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
});
