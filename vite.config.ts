import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { assembly } from "./scripts/assembly.ts";

const hubForBrowsers = new URL("node_modules/@huggingface/hub/dist/browser/index.mjs", import.meta.url);

/** The page. Paths are relative, so that the build can be served from any folder. */
export default defineConfig({
  base: "./",
  plugins: [sharedWorkers(), react(), assembly()],
  resolve: {
    // The package names its browser build only in the old `browser` field, which its `exports` hide.
    alias: { "@huggingface/hub": fileURLToPath(hubForBrowsers) },
  },
  worker: { format: "es", plugins: () => [assembly()] },
  build: {
    target: "es2022",
    outDir: "dist/page",
    emptyOutDir: true,
    rollupOptions: { checks: { pluginTimings: false } },
  },
});

/**
 * Builds workers together with the page, as further entries: what both need (the recipe's reader above all) is one file and is loaded
 * once. Vite itself builds each worker on its own, with a second copy of all of it.
 */
function sharedWorkers(): Plugin {
  return {
    name: "awase:shared-workers",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (id === "\0vite/preload-helper.js") return withoutWindow(code);
      return code.replaceAll(/new Worker\(new URL\("(\.\/[^"]+)", import\.meta\.url\)/g, (_, path: string) => {
        const entry = this.emitFile({ type: "chunk", id: resolve(dirname(id), path) });
        return `new Worker(import.meta.ROLLUP_FILE_URL_${entry}`;
      });
    },
  };
}

/** Vite's helper that loads the styles of a lazy part, made to stand in a worker, where `import()` needs no styles. */
function withoutWindow(code: string): string {
  const edits = [
    ["deps && deps.length > 0", 'typeof document === "object" && deps && deps.length > 0'],
    ["window.dispatchEvent", "globalThis.dispatchEvent"],
  ] as const;
  return edits.reduce((text, [old, by]) => {
    if (!text.includes(old)) throw new Error(`Vite's preload helper has no "${old}" any more: see vite.config.ts.`);
    return text.replace(old, by);
  }, code);
}
