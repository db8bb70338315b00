import type { Bytes } from "../base/bytes";
import { isObject } from "../formats/json";
import { checkRange, notFound, shortRead } from "./errors";
import { ioFailure } from "./failures";
import { MAX_FOLDER_FILES } from "./limits";
import { checkPath } from "./path";
import type { ByteSource, FileEntry, Folder } from "./types";

/** `manifest.json` of a folder of static files: a web server cannot list one. */
const MANIFEST = "manifest.json";

/** A folder of static files on a web server, as the bundled samples are. @param baseUrl with or without a final slash */
export function fetchedFolder(name: string, baseUrl: string, fetch = globalThis.fetch.bind(globalThis)): Folder {
  const url = (path: string) => `${baseUrl.replace(/\/$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const list = async (signal?: AbortSignal): Promise<readonly FileEntry[]> => {
    const response = await get(fetch, url(MANIFEST), { signal: signal ?? null });
    const entries = readManifest(await response.json().catch(() => undefined));
    if (!entries) {
      throw ioFailure("io/manifest", { name, manifest: MANIFEST });
    }
    for (const { path } of entries) checkPath(path);
    return entries;
  };
  let files: readonly FileEntry[] | undefined;
  return {
    name,
    list,
    async open(path, signal) {
      files ??= await list(signal);
      const entry = files.find((file) => file.path === path);
      if (!entry) throw notFound(name, path);
      return new FetchedSource(path, entry.size, url(path), fetch);
    },
  };
}

function readManifest(value: unknown): readonly FileEntry[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_FOLDER_FILES) return undefined;
  const entries = value.flatMap((entry) => (isEntry(entry) ? [{ path: entry.path, size: entry.size }] : []));
  return entries.length === value.length ? entries : undefined;
}

const isEntry = (value: unknown): value is FileEntry =>
  isObject(value) && typeof value.path === "string" && Number.isSafeInteger(value.size) && Number(value.size) >= 0;

/** Reads by range where the server honours ranges, else the whole file once. */
class FetchedSource implements ByteSource {
  #whole: Promise<Bytes> | undefined;

  constructor(
    readonly name: string,
    readonly size: number,
    readonly url: string,
    readonly fetch: typeof globalThis.fetch,
  ) {}

  async read(start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    signal?.throwIfAborted();
    checkRange(this, start, end);
    if (start === end) return new Uint8Array(0);
    const whole = await this.#whole?.catch(() => undefined); // another reader's cancel is not ours
    signal?.throwIfAborted();
    if (whole) return whole.slice(start, end);
    const response = await get(this.fetch, this.url, {
      signal: signal ?? null,
      headers: { Range: `bytes=${start}-${end - 1}` },
    });
    if (response.status !== 206) return (await this.#keep(response)).slice(start, end);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const stated = response.headers.get("Content-Range");
    // A server that answers another range is as wrong as one that answers too little.
    if (stated !== null && !stated.startsWith(`bytes ${start}-${end - 1}/`))
      throw shortRead(this.name, start, end, bytes.length);
    if (bytes.length !== end - start) throw shortRead(this.name, start, end, bytes.length);
    return bytes;
  }

  /** A server that ignores ranges sent the whole file: it is kept, and not fetched again. */
  async #keep(response: Response): Promise<Bytes> {
    if (this.#whole) {
      await response.body?.cancel();
      return this.#whole;
    }
    const whole = response.arrayBuffer().then((buffer) => {
      if (buffer.byteLength !== this.size) throw shortRead(this.name, 0, this.size, buffer.byteLength);
      return new Uint8Array(buffer);
    });
    this.#whole = whole;
    whole.catch(() => {
      this.#whole = undefined; // cut short or cancelled: the next read asks again
    });
    return whole;
  }
}

async function get(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    if (init.signal?.aborted) throw init.signal.reason;
    throw ioFailure("io/unreachable", { url }, cause);
  }
  if (!response.ok) {
    throw ioFailure("io/http", { url, status: response.status });
  }
  return response;
}
