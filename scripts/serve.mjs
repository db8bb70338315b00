// Serves the built page with the headers it needs. Node's own modules only.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { pipeline } from "node:stream";
import { createGzip } from "node:zlib";
import { root } from "./setup.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "application/x-ndjson; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".safetensors": "application/octet-stream",
};
const COMPRESSED = new Set([".html", ".js", ".css", ".json", ".svg"]);

/** Where the page may fetch from: itself, the Hub, and the Hub's file servers. */
const HUB = ["https://huggingface.co", "https://*.hf.co"];

function policy(hub) {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'", // hashing is WebAssembly
    "worker-src 'self'",
    // Mantine and CodeMirror write their sizes and colours as style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${hub.join(" ")}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * @param {{ port?: number, host?: string, folder?: string, hub?: string[] }} options `hub`: origins to fetch models from, instead of the Hub's own.
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serve({ port = 0, host = "127.0.0.1", folder = join(root, "dist/page"), hub = HUB } = {}) {
  const server = createServer((request, response) => {
    const headers = {
      "Content-Security-Policy": policy(hub),
      "Cross-Origin-Opener-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    };
    if (request.method !== "GET" && request.method !== "HEAD") {
      return response.writeHead(405, { ...headers, Allow: "GET, HEAD" }).end();
    }
    const path = resolvePath(folder, request.url ?? "/");
    if (!path) return response.writeHead(404, { ...headers, "Content-Type": "text/plain" }).end("Not found");
    const type = extname(path);
    const { size } = statSync(path);
    headers["Content-Type"] = TYPES[type] ?? "application/octet-stream";
    headers["Cache-Control"] = path.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache";
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (range) {
      const start = Number(range[1]);
      const end = Math.min(range[2] === "" ? size - 1 : Number(range[2]), size - 1);
      if (start > end) return response.writeHead(416, { ...headers, "Content-Range": `bytes */${size}` }).end();
      response.writeHead(206, {
        ...headers,
        "Content-Range": `bytes ${start}-${end}/${size}`,
        "Content-Length": end - start + 1,
      });
      return request.method === "HEAD" ? response.end() : send(response, createReadStream(path, { start, end }));
    }
    const gzip = COMPRESSED.has(type) && /\bgzip\b/.test(String(request.headers["accept-encoding"]));
    headers[gzip ? "Content-Encoding" : "Content-Length"] = gzip ? "gzip" : size;
    headers.Vary = "Accept-Encoding";
    if (!gzip) headers["Accept-Ranges"] = "bytes";
    response.writeHead(200, headers);
    if (request.method === "HEAD") return response.end();
    return send(response, createReadStream(path), ...(gzip ? [createGzip()] : []));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host === "127.0.0.1" ? "localhost" : host.includes(":") ? `[${host}]` : host}:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A file that cannot be read to its end breaks this answer off, not the server; a reader who leaves closes the file. */
function send(response, ...streams) {
  pipeline(...streams, response, () => undefined);
}

/** The file a request path names, or undefined: nothing outside the folder, no hidden files. */
function resolvePath(folder, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return undefined;
  }
  if (path.includes("\0")) return undefined;
  const file = normalize(join(folder, path.endsWith("/") ? `${path}index.html` : path));
  const inside = file.startsWith(folder + sep) && !file.slice(folder.length).includes(`${sep}.`);
  return inside && existsSync(file) && statSync(file).isFile() ? file : undefined;
}
