import { createXXHash128, type IHasher } from "../../base/hashes";
import type { ByteRange, ByteSource } from "../../io/types";
import type { Checkpoint } from "../../model/checkpoint";

/** Tensors looked into in each weight file, and places beside them that are spread evenly over the file. */
const TENSOR_PROBES = 128;
const EVEN_PROBES = 16;
const PROBE_BYTES = 4096;
/** Probes read at once: a disk and a browser both answer several as fast as one. */
const AT_ONCE = 8;
/** The length of a safetensors header, before it. */
const LENGTH_BYTES = 8;
/** Bytes read at a time: headers of mixtures have tens of megabytes. */
const PIECE_BYTES = 4 * 2 ** 20;
/** A read costs as much as so many bytes. */
const GAP_BYTES = 64 * 2 ** 10;

/** A weight file of a model, told from others without being read whole. */
export interface FileIdentity {
  readonly file: string;
  readonly size: number;
  /** Of its bytes alone: it survives a copy, a move, and a new date. */
  readonly identity: string;
}

/** Identities of open checkpoints: their sources refuse to be read once the files are others than at the opening. */
const known = new WeakMap<Checkpoint, readonly FileIdentity[]>();

/**
 * The weight files of a model, in the order of their names. One on the Hub is known by its published hash; of any other the header
 * is hashed, and a stretch of each tensor, because names, shapes and sizes of two fine-tunes are alike. Files that differ nowhere in
 * those stretches are taken for one here: what a run has used is compared byte by byte before it goes on (`checkInputs`).
 */
export async function fileIdentities(model: Checkpoint, signal?: AbortSignal): Promise<readonly FileIdentity[]> {
  const remembered = known.get(model);
  if (remembered) return remembered;
  const tensors = new Map<string, ByteRange[]>();
  for (const tensor of model.tensors.values()) {
    for (const { file, start, end } of tensor.scaled ? [tensor, tensor.scaled.scales] : [tensor]) {
      const ranges = tensors.get(file);
      if (ranges) ranges.push({ start, end });
      else tensors.set(file, [{ start, end }]);
    }
  }
  const identities: FileIdentity[] = [];
  for (const [file, ranges] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const source = await model.source(file);
    const { version, size } = source;
    const identity = version?.kind === "content" ? version.mark : await probe(source, ranges, signal);
    identities.push({ file, size, identity });
  }
  known.set(model, identities);
  return identities;
}

/** A hash of the header and of the probes. */
async function probe(source: ByteSource, tensors: readonly ByteRange[], signal?: AbortSignal): Promise<string> {
  const hasher = (await createXXHash128()).init();
  const length = await source.read(0, Math.min(LENGTH_BYTES, source.size), signal);
  hasher.update(length);
  const first = tensors.reduce((least, { start }) => Math.min(least, start), source.size);
  for (let at = length.length; at < first; at += PIECE_BYTES) {
    hasher.update(await source.read(at, Math.min(at + PIECE_BYTES, first), signal));
  }
  await hashAll(hasher, source, probesOf(source.size, tensors), signal);
  return hasher.digest();
}

function probesOf(size: number, tensors: readonly ByteRange[]): readonly ByteRange[] {
  const around = (middle: number): ByteRange => {
    const start = Math.max(0, Math.min(Math.floor(middle), size - PROBE_BYTES));
    return { start, end: Math.min(start + PROBE_BYTES, size) };
  };
  const filled = tensors.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  const step = Math.max(1, filled.length / TENSOR_PROBES);
  const chosen = Array.from({ length: Math.min(filled.length, TENSOR_PROBES) }, (_, i) => filled[Math.floor(i * step)]);
  return joined([
    ...chosen.flatMap((tensor) => (tensor ? [around((tensor.start + tensor.end) / 2 - PROBE_BYTES / 2)] : [])),
    ...Array.from({ length: EVEN_PROBES }, (_, i) => around((size * i) / (EVEN_PROBES - 1))),
  ]);
}

/** Neighbours read in one go, with what lies between them: a small file is read whole. */
function joined(probes: readonly ByteRange[]): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const probe of [...probes].sort((a, b) => a.start - b.start)) {
    const last = ranges.at(-1);
    const end = Math.max(last?.end ?? 0, probe.end);
    if (last && probe.start - last.end <= GAP_BYTES && end - last.start <= PIECE_BYTES) {
      ranges[ranges.length - 1] = { start: last.start, end };
    } else ranges.push(probe);
  }
  return ranges;
}

async function hashAll(hasher: IHasher, source: ByteSource, ranges: readonly ByteRange[], signal?: AbortSignal) {
  for (let at = 0; at < ranges.length; at += AT_ONCE) {
    const some = ranges.slice(at, at + AT_ONCE);
    for (const bytes of await Promise.all(some.map(({ start, end }) => source.read(start, end, signal)))) {
      hasher.update(bytes);
    }
  }
}
