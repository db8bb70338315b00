// Serves the built page with the headers it needs. Node's own modules only.
import { realpathSync } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { createServer } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { extname, join, normalize, relative, sep } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
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

/** A file up to this size is read before it is sent, so that one which is being written is seen and read again. */
const WHOLE_BYTES = 8 * 1024 * 1024;
/** How often, and after how many milliseconds, a file is read again that changes under the reader's eyes. */
const TRIES = 4;
const BETWEEN_TRIES_MS = 50;

/**
 * @param {{ port?: number, host?: string, names?: string[], folder?: string, hub?: string[] }} options `hub`: origins to fetch models
 *   from, instead of the Hub's own. `names`: host names under which the page may be asked for, besides this machine's.
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serve({
  port = 0,
  host = "127.0.0.1",
  names = [],
  folder = join(root, "dist/page"),
  hub = HUB,
} = {}) {
  const allowed = new Set(
    ["localhost", hostname(), `${hostname()}.local`, host, ...names].map((name) => name.toLowerCase()),
  );
  const server = createServer((request, response) => {
    const headers = {
      "Content-Security-Policy": policy(hub),
      // Isolated, so that threads may share memory. What the page fetches from the Hub comes by CORS.
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    };
    if (!isAllowed(request.headers.host, allowed)) {
      return refuse(response, 421, headers, "This server answers under its own names only.");
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse(response, 405, { ...headers, Allow: "GET, HEAD" }, "Only GET and HEAD are answered.");
    }
    // Whatever happens to a file: this answer is broken off, so that nobody takes the half for the whole, and the server goes on.
    answer(request, response, { folder, headers }).catch(() => response.destroy());
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

/**
 * Whether a request was addressed to this server. A page of somebody else can make its own name point here (DNS rebinding) and would be
 * taken for ours by the browser; an address in numbers cannot be made to point anywhere.
 */
function isAllowed(host = "", allowed) {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]*))(?::\d+)?$/.exec(host) ?? [];
  const name = (bracketed ?? plain ?? "").toLowerCase();
  return allowed.has(name) || name.endsWith(".localhost") || isIP(name) !== 0;
}

function refuse(response, status, headers, text) {
  response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function answer(request, response, { folder, headers }) {
  const path = await resolvePath(folder, request.url ?? "/");
  const file = path && (await open(path, "r").catch(() => undefined));
  if (!file) return refuse(response, 404, headers, "Not found");
  try {
    await send(request, response, { file, path, headers });
  } finally {
    await file.close();
  }
}

/** The answer from a file that is open: should another take its place, this one is sent to its end. */
async function send({ method, headers: asked }, response, { file, path, headers }) {
  const { facts, bytes } = await read(file, method);
  if (!facts) return refuse(response, 503, { ...headers, "Retry-After": "1" }, "The file is being written.");
  if (!facts.isFile()) return refuse(response, 404, headers, "Not found");
  const size = Number(facts.size);
  const type = extname(path);
  const gzip = COMPRESSED.has(type) && takesGzip(asked["accept-encoding"]) && !asked.range;
  const tag = `"${size.toString(36)}-${facts.mtimeNs.toString(36)}${gzip ? "-gzip" : ""}"`;
  const modified = new Date(Math.floor(Number(facts.mtimeMs) / 1000) * 1000);
  const common = {
    ...headers,
    "Cache-Control": path.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache",
    ETag: tag,
    "Last-Modified": modified.toUTCString(),
    ...(COMPRESSED.has(type) ? { Vary: "Accept-Encoding" } : {}),
    ...(gzip ? {} : { "Accept-Ranges": "bytes" }),
  };
  if (isUnchanged(asked, tag, modified)) return response.writeHead(304, common).end();
  common["Content-Type"] = TYPES[type] ?? "application/octet-stream";

  const range = method === "GET" && sameFile(asked["if-range"], tag, modified) ? rangeOf(asked.range, size) : undefined;
  if (range === "unsatisfiable") {
    return refuse(response, 416, { ...headers, "Content-Range": `bytes */${size}` }, `The file has ${size} bytes.`);
  }
  const [start, end] = range ?? [0, size];
  const length = gzip ? { "Content-Encoding": "gzip" } : { "Content-Length": end - start };
  const part = range ? { "Content-Range": `bytes ${start}-${end - 1}/${size}` } : {};
  response.writeHead(range ? 206 : 200, { ...common, ...length, ...part });
  if (method === "HEAD") return response.end();
  if (bytes && !gzip) return response.end(bytes.subarray(start, end));
  const source = bytes ? [[bytes.subarray(start, end)]] : [stretch(file, start, end), exactly(end - start)];
  await pipeline(...source, ...(gzip ? [createGzip()] : []), response);
}

/** What a file is, and all its bytes unless they are many; without facts where it changes each time that it is looked at. */
async function read(file, method) {
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
    const facts = await file.stat({ bigint: true });
    if (method === "HEAD" || !facts.isFile() || facts.size > WHOLE_BYTES) return { facts };
    const bytes = Buffer.alloc(Number(facts.size));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const now = await file.stat({ bigint: true });
    if (bytesRead === bytes.length && now.size === facts.size && now.mtimeNs === facts.mtimeNs) return { facts, bytes };
  }
  return {};
}

function stretch(file, start, end) {
  if (start === end) return [];
  return file.createReadStream({ start, end: end - 1, autoClose: false });
}

/** Breaks off where a file has become shorter than was announced. */
function exactly(expected) {
  let passed = 0;
  return new Transform({
    transform(chunk, _, done) {
      passed += chunk.length;
      done(null, chunk);
    },
    flush: (done) => done(passed === expected ? null : new Error("The file was cut short.")),
  });
}

function takesGzip(accepted = "") {
  const found = /(?:^|,)\s*gzip\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/i.exec(accepted);
  return found !== null && Number(found[1] ?? 1) > 0;
}

/** Whether the reader has these bytes already: by their tag, else by their date. */
function isUnchanged({ "if-none-match": tags, "if-modified-since": since }, tag, modified) {
  if (tags !== undefined)
    return tags.trim() === "*" || tags.split(",").some((each) => each.trim().replace(/^W\//, "") === tag);
  return since !== undefined && Date.parse(since) >= modified.getTime();
}

/** Whether a part that the reader has is of this file: its tag or its exact date, if one is named. */
function sameFile(condition, tag, modified) {
  return condition === undefined || condition === tag || Date.parse(condition) === modified.getTime();
}

/** The bytes [start, end) that are asked for; nothing for all of them, for several ranges, and for what is no range. */
function rangeOf(header, size) {
  const [first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "")?.slice(1) ?? [];
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  return start < end ? [start, end] : "unsatisfiable";
}

/** The file a request path names, or undefined: nothing outside the folder, no hidden files, whatever links there are. */
async function resolvePath(folder, url) {
  let path;
  try {
    path = decodeURIComponent(url.replace(/^https?:\/\/[^/]*/i, "").split(/[?#]/, 1)[0]);
  } catch {
    return undefined;
  }
  if (path.includes("\0") || !path.startsWith("/")) return undefined;
  const file = normalize(join(folder, path.endsWith("/") ? `${path}index.html` : path));
  if (!isInside(folder, file)) return undefined;
  const real = await realpath(file).catch(() => undefined);
  return real !== undefined && isInside(realpathSync(folder), real) ? real : undefined;
}

function isInside(folder, file) {
  const parts = relative(folder, file).split(sep);
  return file.startsWith(folder + sep) && !parts.some((part) => part.startsWith("."));
}
