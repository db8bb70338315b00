import type { Bytes } from "../base/bytes";
import { inWords } from "../base/inWords";
import type { ByteSource } from "../io/types";
import { DTYPE_BYTES, type DType } from "./dtypes";
import { type Fault, formatFailure } from "./failures";
import { findDuplicateName, isObject, quoted, type UnknownObject } from "./json";
import { jsonExcess } from "./jsonExcess";
import type { StoredTensor } from "./tensor";

/** The format's own limit. Nothing larger is allocated before the header is known to be sound. */
export const MAX_HEADER_BYTES = 100_000_000;

/** A header has three levels. Its values: about eight a tensor, of half a million tensors, four times what is in any file. */
const HEADER_LIMITS = { depth: 8, values: 4_000_000 };
/** Characters of a tensor's name. Published ones stay under 200. */
const MAX_NAME_LENGTH = 512;
/** Axes of a tensor, as in PyTorch. */
const MAX_RANK = 64;

/** Holds the whole header of most files, so that one request is enough. */
const FIRST_READ_BYTES = 256 * 1024;

/** The header begins after its own length, a 64-bit little-endian number. */
const LENGTH_BYTES = 8;

export interface SafetensorsFile {
  /** In the order of their bytes. */
  readonly tensors: readonly StoredTensor[];
  /** `__metadata__`; empty if the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the first tensor's bytes begin, counted from the file's first byte. */
  readonly dataStart: number;
}

/**
 * Reads and checks a safetensors header; no weight is read. Strict as the format's own library: every byte after the
 * header belongs to exactly one tensor.
 * @throws {AwaseError} `safetensors/too-small`, `header-too-large`, `header-truncated`, `not-utf8`, `not-json`,
 *   `header-excess`, `duplicate-name`, `bad-metadata`, `long-name`, `bad-entry`, `unknown-dtype`, `bad-shape`, `too-large`, `wrong-size`, `overlap`,
 *   `gap`, `truncated`, `trailing-bytes`
 */
export async function readSafetensors(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsFile> {
  const fault = faultOf(source.name);
  const { size } = source;
  if (size < LENGTH_BYTES) {
    throw fault("safetensors/too-small", { size, needed: LENGTH_BYTES });
  }
  const first = { start: 0, end: Math.min(size, FIRST_READ_BYTES) };
  source.expect?.([first]);
  const head = await source.read(first.start, first.end, signal);

  // As a 64-bit number a hostile length stays what it is; only one under the cap becomes a JavaScript number.
  const stated = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (stated > BigInt(MAX_HEADER_BYTES)) {
    throw fault("safetensors/header-too-large", {
      found: String(stated),
      limit: MAX_HEADER_BYTES,
    });
  }
  const dataStart = LENGTH_BYTES + Number(stated);
  if (dataStart > size) {
    throw fault("safetensors/header-truncated", {
      end: dataStart,
      size,
    });
  }
  const header = await completeHeader(source, head, dataStart, signal);
  const entries = parseHeader(header, fault);
  const metadata = parseMetadata(entries.__metadata__, Object.hasOwn(entries, "__metadata__"), fault);
  const tensors = Object.entries(entries)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseEntry(name, entry, source.name, dataStart, fault))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  checkLayout(tensors, dataStart, size, fault);
  return { tensors, metadata, dataStart };
}

/** The errors of one file. */
function faultOf(name: string): Fault {
  return (code, facts) => formatFailure(code, { name, ...facts } as never);
}

/** The header's bytes without its length: from the first read, and the rest where that was not enough. */
async function completeHeader(
  source: ByteSource,
  head: Bytes,
  dataStart: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (dataStart <= head.length) return head.subarray(LENGTH_BYTES, dataStart);
  source.expect?.([{ start: 0, end: dataStart }]);
  const rest = await source.read(head.length, dataStart, signal);
  const header = new Uint8Array(dataStart - LENGTH_BYTES);
  header.set(head.subarray(LENGTH_BYTES));
  header.set(rest, head.length - LENGTH_BYTES);
  return header;
}

function parseHeader(header: Uint8Array, fault: Fault): UnknownObject {
  const text = decodeUtf8(header);
  if (text === undefined) throw fault("safetensors/not-utf8", { bytes: header.length });
  const excess = jsonExcess(text, HEADER_LIMITS);
  if (excess !== undefined) throw fault("safetensors/header-excess", { found: excess });
  const parsed = parseJson(text);
  if (!isObject(parsed) || !text.startsWith("{")) {
    throw fault("safetensors/not-json", { bytes: header.length });
  }
  const duplicate = findDuplicateName(text);
  if (duplicate !== undefined) {
    throw fault("safetensors/duplicate-name", {
      tensor: duplicate,
    });
  }
  return parsed;
}

/** Undefined for bytes that are not UTF-8. A byte order mark is kept, since JSON does not allow one. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseMetadata(value: unknown, present: boolean, fault: Fault): Readonly<Record<string, string>> {
  if (!present) return {};
  if (!isObject(value)) throw fault("safetensors/bad-metadata", { key: undefined, found: undefined });
  const wrong = Object.entries(value).find(([, text]) => typeof text !== "string");
  if (wrong) {
    throw fault("safetensors/bad-metadata", { key: wrong[0], found: typeof wrong[1] });
  }
  return value as Readonly<Record<string, string>>;
}

function parseEntry(name: string, entry: unknown, file: string, dataStart: number, fault: Fault): StoredTensor {
  if (name.length > MAX_NAME_LENGTH) {
    throw fault("safetensors/long-name", { tensor: name.slice(0, 100), found: name.length, limit: MAX_NAME_LENGTH });
  }
  const offsets = isObject(entry) ? entry.data_offsets : undefined;
  if (!isObject(entry) || !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fault("safetensors/bad-entry", { tensor: name, from: undefined, to: undefined });
  }
  const [from, to] = offsets as [number, number];
  if (from > to) {
    throw fault("safetensors/bad-entry", {
      tensor: name,
      from,
      to,
    });
  }
  const dtype = entry.dtype;
  if (!isDType(dtype)) {
    const found = typeof dtype === "string" ? quoted(dtype) : typeof dtype;
    const known = Object.keys(DTYPE_BYTES).join(", ");
    throw fault("safetensors/unknown-dtype", { tensor: name, found, known });
  }
  const shape = entry.shape;
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    const found = Array.isArray(shape) ? shape.find((size) => !isCount(size)) : shape;
    throw fault("safetensors/bad-shape", { tensor: name, found: inWords(found), axes: undefined, limit: MAX_RANK });
  }
  if (shape.length > MAX_RANK) {
    throw fault("safetensors/bad-shape", { tensor: name, found: undefined, axes: shape.length, limit: MAX_RANK });
  }
  const bytes = byteLength(shape, dtype);
  if (bytes === undefined) {
    throw fault("safetensors/too-large", {
      tensor: name,
    });
  }
  if (bytes !== to - from) {
    throw fault("safetensors/wrong-size", {
      tensor: name,
      dtype,
      shape: `[${shape.join(", ")}]`,
      expected: bytes,
      found: to - from,
    });
  }
  return { name, dtype, shape, file, start: dataStart + from, end: dataStart + to };
}

/** A whole number from 0 that JavaScript holds exactly. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0) && (value as number) >= 0;
}

function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(DTYPE_BYTES, value);
}

/** Bytes of a tensor; undefined once a product on the way leaves 2^53, where doubles begin to round. */
function byteLength(shape: readonly number[], dtype: DType): number | undefined {
  let bytes: number = DTYPE_BYTES[dtype];
  for (const size of shape) {
    bytes *= size;
    if (bytes > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return bytes;
}

/** Tensors, sorted by start, must fill the file from `dataStart` to `size` without a hole or a shared byte. */
function checkLayout(tensors: readonly StoredTensor[], dataStart: number, size: number, fault: Fault): void {
  let filled = dataStart;
  let before: string | undefined;
  const last = tensors.at(-1);
  if (last && last.end > size) {
    throw fault("safetensors/truncated", { tensor: last.name, end: last.end, size });
  }
  for (const { name, start, end } of tensors) {
    const facts = { tensor: name, start, end: filled, before };
    if (start < filled) throw fault("safetensors/overlap", facts);
    if (start > filled) throw fault("safetensors/gap", facts);
    filled = end;
    before = name;
  }
  if (filled < size) {
    throw fault("safetensors/trailing-bytes", {
      end: filled,
      size,
    });
  }
}
