import type { ByteSource } from "../../io/types";
import { type ArchiveFault, torchFailure } from "./failures";

/** An entry of the archive: bytes [start, end) of the file, which are its content unless it is compressed. */
export interface StoredEntry {
  readonly name: string;
  readonly compressed: boolean;
  readonly start: number;
  readonly end: number;
}

/** As the directory has it. */
interface Entry {
  readonly name: string;
  readonly size: number;
  /** Of what stands before its bytes. */
  readonly header: number;
  /** Its sizes and checksum come behind its bytes. */
  readonly described: boolean;
  readonly compressed: boolean;
}

/** The end of a zip file: 22 bytes, and a comment of 65,535 at most; before it may stand what files beyond 4 GiB need. */
const END_BYTES = 22;
const TAIL_BYTES = 128 * 1024;
/** About 80 bytes an entry, one for each tensor. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
/** Before an entry's bytes, without its name and what follows it. */
const LOCAL_BYTES = 30;
/** PyTorch begins the bytes of an entry at a multiple of this. */
const ALIGNMENT = 64;
/** Behind an entry's bytes: signature, checksum and two sizes of four bytes or eight. */
const DESCRIPTOR_BYTES = [16, 24] as const;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;

const STORED = 0;
const ENCRYPTED = 0x1;
const DESCRIBED = 0x8;

/**
 * The entries of a zip archive of PyTorch, by name; of the file only its end is read. Entries are stored uncompressed, so each is a range
 * of bytes (one that is compressed is for nobody here): where it begins is told by where the next one does, and asked only where that leaves a doubt.
 * @throws {AwaseError} `torch/archive`, and what reading throws
 */
export async function readArchive(source: ByteSource, signal?: AbortSignal): Promise<ReadonlyMap<string, StoredEntry>> {
  const fault = (what: ArchiveFault, entry?: string) =>
    torchFailure("torch/archive", { name: source.name, what, entry: entry?.slice(0, 100) });
  const { start, bytes } = await readDirectory(source, fault, signal);
  const entries = parseDirectory(bytes, fault).sort((a, b) => a.header - b.header);
  const found = new Map<string, StoredEntry>();
  for (const [at, entry] of entries.entries()) {
    if (found.has(entry.name)) throw fault("duplicate", entry.name);
    const next = entries[at + 1]?.header ?? start;
    const stored = stretchOf(entry, next) ?? (await locate(source, entry, next, signal));
    if (!stored) throw fault("local", entry.name);
    found.set(entry.name, stored);
  }
  return found;
}

type Fault = (what: ArchiveFault, entry?: string) => Error;

async function readDirectory(
  source: ByteSource,
  fault: Fault,
  signal: AbortSignal | undefined,
): Promise<{ readonly start: number; readonly bytes: Uint8Array }> {
  const { size } = source;
  const from = Math.max(0, size - TAIL_BYTES);
  source.expect?.([{ start: from, end: size }]);
  const tail = await source.read(from, size, signal);
  const view = viewOf(tail);
  const end = endOf(view);
  if (end === undefined) throw fault("no-end");
  const { start, length } = placeOf(view, from, end, fault);
  if (length > MAX_DIRECTORY_BYTES) throw fault("too-large");
  if (start + length > from + end) throw fault("outside");
  if (start >= from) return { start, bytes: tail.subarray(start - from, start - from + length) };
  source.expect?.([{ start, end: start + length }]);
  return { start, bytes: await source.read(start, start + length, signal) };
}

/** Where in the tail the end stands: the last place whose comment fills the file. */
function endOf(view: DataView): number | undefined {
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return undefined;
}

/** @param from where in the file the view begins; @param end where in the view the end stands */
function placeOf(view: DataView, from: number, end: number, fault: Fault) {
  const short = { start: view.getUint32(end + 16, true), length: view.getUint32(end + 12, true) };
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return short;
  const at = number64(view, locator + 8) - from;
  if (!(at >= 0 && at + 56 <= locator) || view.getUint32(at, true) !== END_64) throw fault("outside");
  return { start: number64(view, at + 48), length: number64(view, at + 40) };
}

function parseDirectory(bytes: Uint8Array, fault: Fault): Entry[] {
  const view = viewOf(bytes);
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY) throw fault("entry");
    const [nameBytes, extraBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const end = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (end > bytes.length) throw fault("entry");
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const flags = view.getUint16(at + 8, true);
    if (flags & ENCRYPTED) throw fault("encrypted", name);
    const sizes = sizesOf(view, at, at + 46 + nameBytes, extraBytes);
    if (!sizes) throw fault("entry", name);
    const { packed, size, header } = sizes;
    const compressed = view.getUint16(at + 10, true) !== STORED || packed !== size;
    entries.push({ name, size: packed, header, described: (flags & DESCRIBED) !== 0, compressed });
    at = end;
  }
  return entries;
}

/** Sizes and place; those that four bytes do not hold stand in an extra field, in this order. */
function sizesOf(view: DataView, at: number, extra: number, extraBytes: number) {
  const wide: number[] = [];
  for (let field = extra; field + 4 <= extra + extraBytes; ) {
    const [id, length] = [view.getUint16(field, true), view.getUint16(field + 2, true)];
    if (field + 4 + length > extra + extraBytes) return undefined;
    if (id === 1) {
      for (let value = 0; value + 8 <= length && wide.length < 3; value += 8)
        wide.push(number64(view, field + 4 + value));
    }
    field += 4 + length;
  }
  const either = (offset: number) => {
    const narrow = view.getUint32(at + offset, true);
    return narrow === 0xffffffff ? wide.shift() : narrow;
  };
  const [size, packed, header] = [either(24), either(20), either(42)];
  if (size === undefined || packed === undefined || header === undefined) return undefined;
  return { size, packed, header };
}

/** Told from what lies around it: what PyTorch writes ends with a description and begins at a round place. */
function stretchOf({ name, size, header, described, compressed }: Entry, next: number): StoredEntry | undefined {
  if (!described) return undefined;
  const least = header + LOCAL_BYTES + new TextEncoder().encode(name).length;
  for (const bytes of DESCRIPTOR_BYTES) {
    const start = next - bytes - size;
    if (start % ALIGNMENT === 0 && start >= least && start < least + 4 * ALIGNMENT) {
      return { name, compressed, start, end: start + size };
    }
  }
  return undefined;
}

/** Asks the file itself. */
async function locate(
  source: ByteSource,
  { name, size, header, compressed }: Entry,
  next: number,
  signal: AbortSignal | undefined,
): Promise<StoredEntry | undefined> {
  if (header + LOCAL_BYTES > source.size) return undefined;
  const view = viewOf(await source.read(header, header + LOCAL_BYTES, signal));
  if (view.getUint32(0, true) !== LOCAL) return undefined;
  const start = header + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  return start + size <= next ? { name, compressed, start, end: start + size } : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One beyond 2^53 is Infinity: no place in a file. */
function number64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}
