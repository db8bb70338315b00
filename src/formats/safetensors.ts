import type { Bytes } from "../base/bytes";
import { AwaseError, type ErrorFacts } from "../base/errors";
import type { ByteSource } from "../io/types";
import { DTYPE_BYTES, type DType } from "./dtypes";
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
    throw fault("too-small", `the file has ${size} bytes, but its header length alone takes ${LENGTH_BYTES}`, { size });
  }
  const first = { start: 0, end: Math.min(size, FIRST_READ_BYTES) };
  source.expect?.([first]);
  const head = await source.read(first.start, first.end, signal);

  // As a 64-bit number a hostile length stays what it is; only one under the cap becomes a JavaScript number.
  const stated = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (stated > BigInt(MAX_HEADER_BYTES)) {
    throw fault("header-too-large", `its header claims ${stated} bytes, the limit is ${MAX_HEADER_BYTES}`, {
      found: String(stated),
      limit: MAX_HEADER_BYTES,
    });
  }
  const dataStart = LENGTH_BYTES + Number(stated);
  if (dataStart > size) {
    throw fault("header-truncated", `its header ends at byte ${dataStart}, but the file has ${size}`, {
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

type Fault = (kind: string, what: string, facts?: ErrorFacts) => AwaseError;

function faultOf(name: string): Fault {
  return (kind, what, facts = {}) =>
    new AwaseError(`safetensors/${kind}`, `Cannot read ${name}: ${what}. Download or export it again.`, {
      facts: { name, ...facts },
    });
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
  if (text === undefined) throw fault("not-utf8", `its header of ${header.length} bytes is not UTF-8 text`);
  const excess = jsonExcess(text, HEADER_LIMITS);
  if (excess !== undefined) throw fault("header-excess", `its header is none of a model: ${excess}`, { found: excess });
  const parsed = parseJson(text);
  if (!isObject(parsed) || !text.startsWith("{")) {
    throw fault("not-json", `its header of ${header.length} bytes is not a JSON object`, { bytes: header.length });
  }
  const duplicate = findDuplicateName(text);
  if (duplicate !== undefined) {
    throw fault("duplicate-name", `its header has the name ${quoted(duplicate)} 2 times instead of once`, {
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
  if (!isObject(value)) throw fault("bad-metadata", "its __metadata__ is not a map from text to text");
  const wrong = Object.entries(value).find(([, text]) => typeof text !== "string");
  if (wrong) {
    throw fault(
      "bad-metadata",
      `its __metadata__ has ${quoted(wrong[0])}, whose value is ${typeof wrong[1]} instead of text`,
    );
  }
  return value as Readonly<Record<string, string>>;
}

function parseEntry(name: string, entry: unknown, file: string, dataStart: number, fault: Fault): StoredTensor {
  const tensor = quoted(name);
  if (name.length > MAX_NAME_LENGTH) {
    throw fault(
      "long-name",
      `the name of tensor ${tensor} has ${name.length} characters, the limit is ${MAX_NAME_LENGTH}`,
      { tensor: name.slice(0, 100), found: name.length, limit: MAX_NAME_LENGTH },
    );
  }
  const offsets = isObject(entry) ? entry.data_offsets : undefined;
  if (!isObject(entry) || !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fault("bad-entry", `tensor ${tensor} has no pair of byte offsets (whole numbers from 0 to 2^53)`, {
      tensor: name,
    });
  }
  const [from, to] = offsets as [number, number];
  if (from > to) {
    throw fault("bad-entry", `tensor ${tensor} begins at byte ${from}, after its end at byte ${to}`, {
      tensor: name,
      from,
      to,
    });
  }
  const dtype = entry.dtype;
  if (!isDType(dtype)) {
    const found = typeof dtype === "string" ? quoted(dtype) : typeof dtype;
    const known = Object.keys(DTYPE_BYTES).join(", ");
    throw fault(
      "unknown-dtype",
      `tensor ${tensor} has dtype ${found}, known are ${known}. If ${found} is a quantised format, use the full-precision model it was made from`,
      { tensor: name, found },
    );
  }
  const shape = entry.shape;
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    const found = Array.isArray(shape) ? shape.find((size) => !isCount(size)) : shape;
    throw fault(
      "bad-shape",
      `tensor ${tensor} has ${quoted(String(found))} in its shape instead of whole numbers from 0`,
      {
        tensor: name,
      },
    );
  }
  if (shape.length > MAX_RANK) {
    throw fault("bad-shape", `tensor ${tensor} has ${shape.length} axes, the limit is ${MAX_RANK}`, { tensor: name });
  }
  const bytes = byteLength(shape, dtype);
  if (bytes === undefined) {
    throw fault("too-large", `tensor ${tensor} would have more bytes than 2^53, the most that can be addressed`, {
      tensor: name,
    });
  }
  if (bytes !== to - from) {
    throw fault(
      "wrong-size",
      `tensor ${tensor} (${dtype}, shape [${shape.join(", ")}]) needs ${bytes} bytes, but has ${to - from}`,
      { tensor: name, expected: bytes, found: to - from },
    );
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
  let before = "the header";
  const last = tensors.at(-1);
  if (last && last.end > size) {
    throw fault(
      "truncated",
      `its header describes ${last.end} bytes, but the file has ${size}: it was cut short, and ${quoted(last.name)} is not whole`,
      { tensor: last.name, end: last.end, size },
    );
  }
  for (const { name, start, end } of tensors) {
    const tensor = quoted(name);
    if (start < filled) {
      throw fault("overlap", `tensor ${tensor} begins at byte ${start}, but ${before} ends at byte ${filled}`, {
        tensor: name,
        start,
        end: filled,
      });
    }
    if (start > filled) {
      throw fault(
        "gap",
        `tensor ${tensor} begins at byte ${start}, but ${before} ends at byte ${filled}: the bytes between belong to nothing`,
        {
          tensor: name,
          start,
          end: filled,
        },
      );
    }
    filled = end;
    before = `tensor ${tensor}`;
  }
  if (filled < size) {
    throw fault("trailing-bytes", `its last tensor ends at byte ${filled}, but the file has ${size}`, {
      end: filled,
      size,
    });
  }
}
