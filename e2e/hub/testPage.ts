import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ENTRY = fileURLToPath(new URL("browserEntry.ts", import.meta.url));

const PAGE = `<!doctype html><meta charset="utf-8"><title>Hub</title>
<script type="module">import * as entry from "/entry.js"; globalThis.hubEntry = entry;</script>`;

/** A page on an origin of its own, with `browserEntry.ts` as `globalThis.hubEntry`. */
export async function serveTestPage(): Promise<{ readonly url: string; close(): void }> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === "/entry.js";
    response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bundle(): Promise<string> {
  const lib = { entry: ENTRY, formats: ["es" as const] };
  const output = await build({
    logLevel: "error",
    publicDir: false,
    build: { lib, write: false, minify: false, rollupOptions: { output: { codeSplitting: false } } },
  });
  const [result] = Array.isArray(output) ? output : [output];
  if (!result || !("output" in result)) throw new Error("the page's script was not built");
  const chunk = result.output.find((part) => part.type === "chunk" && part.isEntry);
  if (chunk?.type !== "chunk") throw new Error("the page's script has no entry");
  return chunk.code;
}
