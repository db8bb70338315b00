import type { Bytes } from "../../base/bytes";
import type { AwaseError } from "../../base/errors";
import { stateFailure } from "../failures";

/**
 * What a link carries: enough to merge the same bytes again, and nothing of this machine. Seed and pinned commits stand in
 * the recipe's own `# awase:` block.
 */
export interface SharedRecipe {
  readonly name: string;
  readonly recipe: string;
}

/** The fragment is `#r=<version>.<base64url of deflate-raw of JSON>`; it never reaches a server. */
const PREFIX = "#r=";
const VERSION = "1";

/** Longest fragment read: browsers and chat programs start to cut links near here. */
export const MAX_LINK_CHARACTERS = 32_768;
/** Most bytes a link may inflate to; a bomb is stopped here, not after it went off. */
export const MAX_INFLATED_BYTES = 262_144;
export const MAX_NAME_CHARACTERS = 200;

export function isShareFragment(fragment: string): boolean {
  return fragment.startsWith(PREFIX);
}

/**
 * The fragment for a recipe, `#` included.
 * @throws {AwaseError} `share/too-long` when the recipe does not fit in a link, `share/long-name` when its name does not
 */
export async function encodeShare(shared: SharedRecipe): Promise<string> {
  const { length: found } = shared.name;
  if (found > MAX_NAME_CHARACTERS) {
    throw stateFailure("share/long-name", { found, limit: MAX_NAME_CHARACTERS });
  }
  const json = JSON.stringify({ name: shared.name, recipe: shared.recipe });
  const bytes = new TextEncoder().encode(json);
  const packed = await collect(pipe(bytes, new CompressionStream("deflate-raw")), MAX_LINK_CHARACTERS);
  const fragment = packed && `${PREFIX}${VERSION}.${toBase64Url(packed)}`;
  if (!fragment || bytes.length > MAX_INFLATED_BYTES || fragment.length > MAX_LINK_CHARACTERS) {
    throw stateFailure("share/too-long", { bytes: bytes.length, limit: MAX_LINK_CHARACTERS, of: "recipe" });
  }
  return fragment;
}

/**
 * Reads a fragment made by `encodeShare`. Anybody can write a link, so nothing in it is believed.
 * @throws {AwaseError} `share/too-long`, `share/version`, `share/damaged`
 */
export async function decodeShare(fragment: string): Promise<SharedRecipe> {
  if (fragment.length > MAX_LINK_CHARACTERS) {
    throw stateFailure("share/too-long", { bytes: fragment.length, limit: MAX_LINK_CHARACTERS, of: "link" });
  }
  const body = fragment.startsWith(PREFIX) ? fragment.slice(PREFIX.length) : "";
  const dot = body.indexOf(".");
  if (dot < 1) throw damaged("it has no version");
  const version = body.slice(0, dot);
  if (version !== VERSION) {
    throw stateFailure("share/version", { found: version.slice(0, 12), expected: VERSION });
  }
  const packed = fromBase64Url(body.slice(dot + 1));
  if (!packed) throw damaged("it is not base64url");
  const bytes = await collect(pipe(packed, new DecompressionStream("deflate-raw")), MAX_INFLATED_BYTES);
  if (!bytes) throw damaged(`it was cut short, or holds more than ${MAX_INFLATED_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its text is not JSON");
  }
  return readShared(value);
}

function readShared(value: unknown): SharedRecipe {
  if (!isObject(value)) throw damaged("it holds no recipe");
  const { name, recipe } = value;
  if (typeof recipe !== "string") throw damaged("it holds no recipe");
  if (typeof name !== "string" || name.length > MAX_NAME_CHARACTERS) throw damaged("its name is not a short text");
  return { name, recipe };
}

function damaged(reason: string): AwaseError {
  return stateFailure("share/damaged", { reason });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pipe(bytes: Bytes, through: GenericTransformStream): ReadableStream<Bytes> {
  return new Blob([bytes]).stream().pipeThrough(through as ReadableWritablePair<Bytes, BufferSource>);
}

/** All bytes of a stream; undefined when it is broken or has more than `limit`, in which case the rest is not made. */
async function collect(stream: ReadableStream<Bytes>, limit: number): Promise<Bytes | undefined> {
  const reader = stream.getReader();
  const chunks: Bytes[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > limit) {
        await reader.cancel();
        return undefined;
      }
      chunks.push(next.value);
    }
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
