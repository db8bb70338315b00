import { AwaseError } from "../../base/errors";
import type { ByteSource } from "../../io/types";
import { DTYPE_BYTES } from "../dtypes";
import type { StoredTensor } from "../tensor";
import { readArchive, type StoredEntry } from "./archive";
import { torchFailure } from "./failures";
import { Dict, List, readPickle, type Value, type Words } from "./pickle";
import { type DescribedTensor, reach, STATE_DICT_WORDS, type StateDict, stateDict } from "./stateDict";

/** A description has about 150 bytes a tensor. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024;
/** Holds the description of most files. */
const FIRST_READ_BYTES = 256 * 1024;
/** What files begin with that were written before PyTorch 1.6. */
const LEGACY_MAGIC = 119547037146038801333356n;
const LEGACY_PROTOCOL = 1001;
/** Before the numbers of each storage of such a file stands how many they are. */
const COUNT_BYTES = 8;

const NO_WORDS: Words = { knows: () => false, call: () => undefined };

/**
 * The tensors of a file that `torch.save` wrote, as ranges of it; no weight is read. Both formats: the zip archive, and the one before
 * PyTorch 1.6. The description of the tensors is a pickle, a program for Python; it is read as data by a reader that can do nothing
 * else, and whatever is not needed for tensors is refused by name.
 * @throws {AwaseError} `torch/…`, and what reading throws
 */
export async function readTorch(source: ByteSource, signal?: AbortSignal): Promise<readonly StoredTensor[]> {
  const first = { start: 0, end: Math.min(source.size, FIRST_READ_BYTES) };
  source.expect?.([first]);
  const head = await source.read(first.start, first.end, signal);
  if (head[0] === 0x50 && head[1] === 0x4b) return readZip(source, signal);
  if (head[0] === 0x80) return readLegacy(source, head, signal);
  throw torchFailure("torch/no-tensors", { name: source.name, found: "other" });
}

async function readZip(source: ByteSource, signal: AbortSignal | undefined): Promise<readonly StoredTensor[]> {
  const { name } = source;
  const entries = await readArchive(source, signal);
  const [pickle, second] = [...entries.values()].filter((entry) => /^[^/]+\/data\.pkl$/.test(entry.name));
  if (!pickle || second) throw torchFailure("torch/no-tensors", { name, found: "archive" });
  const root = pickle.name.slice(0, -"data.pkl".length);
  if (entries.has(`${root}constants.pkl`)) throw torchFailure("torch/no-tensors", { name, found: "program" });
  const entryOf = (path: string) => {
    const entry = entries.get(root + path);
    if (!entry?.compressed) return entry;
    throw torchFailure("torch/archive", { name, what: "compressed", entry: entry.name.slice(0, 100) });
  };
  await checkByteOrder(source, entryOf("byteorder"), signal);
  entryOf("data.pkl");
  if (pickle.end - pickle.start > MAX_PICKLE_BYTES) throw tooLong(name, pickle.end - pickle.start);
  const bytes = await source.read(pickle.start, pickle.end, signal);
  const { value, end } = readPickle(bytes, STATE_DICT_WORDS, { name });
  if (end !== bytes.length) throw torchFailure("torch/pickle", { name, what: "trailing", at: end });
  return placed(stateDict(value, name), name, (storage) => entryOf(`data/${storage}`));
}

async function checkByteOrder(source: ByteSource, entry: StoredEntry | undefined, signal: AbortSignal | undefined) {
  if (!entry) return; // files of older versions do not say it, and only little-endian machines wrote them
  const text = await source.read(entry.start, Math.min(entry.end, entry.start + 20), signal);
  const found = new TextDecoder().decode(text);
  if (found !== "little") throw torchFailure("torch/byte-order", { name: source.name, found });
}

/** Five pickles, one after the other; behind them lie the storages in the order of the last. */
async function readLegacy(
  source: ByteSource,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<readonly StoredTensor[]> {
  const { name, size } = source;
  const { described, keys, end } = await untilWhole(source, head, signal, (bytes) => parseLegacy(bytes, name));
  const places = new Map<string, StoredEntry>();
  let at = end;
  for (const key of keys) {
    const bytes = described.storages.get(key);
    if (bytes === undefined || places.has(key)) throw torchFailure("torch/pickle", { name, what: "value", at: end });
    places.set(key, { name: key, compressed: false, start: at + COUNT_BYTES, end: at + COUNT_BYTES + bytes });
    at += COUNT_BYTES + bytes;
  }
  if (at !== size) throw torchFailure("torch/archive", { name, what: "outside", entry: undefined });
  return placed(described, name, (storage) => places.get(storage));
}

/** Reads more of the file as long as its description has not come to its end. */
async function untilWhole<T>(
  source: ByteSource,
  head: Uint8Array,
  signal: AbortSignal | undefined,
  parse: (bytes: Uint8Array) => T,
): Promise<T> {
  let bytes = head;
  for (;;) {
    try {
      return parse(bytes);
    } catch (error) {
      const cutShort = error instanceof AwaseError && error.facts.what === "end" && bytes.length < source.size;
      if (!cutShort) throw error;
    }
    if (bytes.length >= MAX_PICKLE_BYTES) throw tooLong(source.name, bytes.length);
    const end = Math.min(4 * bytes.length, source.size);
    source.expect?.([{ start: 0, end }]);
    bytes = await source.read(0, end, signal);
  }
}

function parseLegacy(bytes: Uint8Array, name: string) {
  let at = 0;
  const next = (words: Words): Value => {
    const { value, end } = readPickle(bytes, words, { name, start: at });
    at = end;
    return value;
  };
  if (next(NO_WORDS) !== LEGACY_MAGIC || next(NO_WORDS) !== LEGACY_PROTOCOL) {
    throw torchFailure("torch/no-tensors", { name, found: "other" });
  }
  const system = next(NO_WORDS);
  if (!(system instanceof Dict) || system.entries.get("little_endian") !== true) {
    throw torchFailure("torch/byte-order", { name, found: "big" });
  }
  const described = stateDict(next(STATE_DICT_WORDS), name);
  const list = next(NO_WORDS);
  if (!(list instanceof List)) throw torchFailure("torch/pickle", { name, what: "value", at });
  return { described, keys: list.items.map(String), end: at };
}

/** Where each tensor lies: a range of the file, or a range that holds its elements in another order. */
function placed(
  { tensors, storages }: StateDict,
  file: string,
  placeOf: (storage: string) => StoredEntry | undefined,
): readonly StoredTensor[] {
  return tensors.map((tensor) => {
    const { name, dtype, shape, strides, offset, storage } = tensor;
    const place = placeOf(storage);
    const [found, needed] = [place && place.end - place.start, storages.get(storage) ?? 0];
    if (!place || found === undefined || found < needed) {
      const said = found === undefined ? storage : `${found} of ${needed} bytes`;
      throw torchFailure("torch/tensor", { name: file, tensor: name, what: "no-storage", found: said });
    }
    const start = place.start + offset * DTYPE_BYTES[dtype];
    const end = start + reach(shape, strides) * DTYPE_BYTES[dtype];
    return { name, dtype, shape, file, start, end, ...(inOrder(tensor) ? {} : { strides }) };
  });
}

/** Whether the elements lie one after the other, as everybody expects them to. */
function inOrder({ shape, strides }: DescribedTensor): boolean {
  let expected = 1;
  if (shape.includes(0)) return true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size > 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

function tooLong(name: string, bytes: number) {
  return torchFailure("torch/pickle", { name, what: "bytes", at: bytes });
}
