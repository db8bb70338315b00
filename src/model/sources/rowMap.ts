import { DTYPE_BYTES, type DType } from "../../formats/dtypes";

/** A matrix that rows are taken from. */
export interface RowPart {
  /** Key of the model that has it, and its name there. */
  readonly model: string;
  readonly tensor: string;
  readonly dtype: DType;
}

/**
 * Of which rows of which matrices a new matrix is made: a model's embedding for a vocabulary that is not its own. Plain data, a few
 * numbers a row.
 */
export interface RowMap {
  /** Told from all the rest: equal maps have equal digests. */
  readonly digest: string;
  /** All are as wide as the new matrix. */
  readonly parts: readonly RowPart[];
  /** Of each row, the index of its part, or how it is made: `ZERO`, `MEAN`, `FILL`. */
  readonly part: Int32Array;
  /** Of each row, the row of its part; of a mean, where its list begins. */
  readonly row: Int32Array;
  /** A list after the other: how many pairs of part and row follow, then these. */
  readonly means: Int32Array;
}

/** A row of zeros. */
export const ZERO = -1;
/** The mean of some rows. */
export const MEAN = -2;
/** The mean of all rows of the new matrix that are not filled so. */
export const FILL = -3;

/** A row of a part. */
export interface RowPlace {
  readonly part: number;
  readonly row: number;
}

/** The rows that row `at` of the new matrix is the mean of, or is; none for zeros and what is filled. */
export function* placesOf({ part, row, means }: RowMap, at: number): Generator<RowPlace, void, undefined> {
  const [kind = ZERO, first = 0] = [part[at], row[at]];
  if (kind >= 0) yield { part: kind, row: first };
  if (kind !== MEAN) return;
  const count = means[first] ?? 0;
  for (let k = 0; k < count; k++) {
    yield { part: means[first + 1 + 2 * k] ?? 0, row: means[first + 2 + 2 * k] ?? 0 };
  }
}

const bytesOfMaps = new WeakMap<RowMap, number>();

/** Bytes that are read for a map's rows, which are so many elements wide. Remembered. */
export function mapBytes(map: RowMap, width: number): number {
  const bytes = bytesOfMaps.get(map) ?? countBytes(map, width);
  bytesOfMaps.set(map, bytes);
  return bytes;
}

function countBytes(map: RowMap, width: number): number {
  let bytes = 0;
  for (let at = 0; at < map.part.length; at++) {
    for (const { part } of placesOf(map, at)) bytes += width * DTYPE_BYTES[map.parts[part]?.dtype ?? "F32"];
  }
  return bytes;
}

/** A map with its digest. */
export function rowMap(map: Omit<RowMap, "digest">): RowMap {
  const { parts, part, row, means } = map;
  const names = new TextEncoder().encode(JSON.stringify([parts, part.length, means.length]));
  return { ...map, digest: digestOf([Int32Array.from(names), part, row, means]) };
}

/** 128 bits in hex, in the manner of MurmurHash3: no secret is kept by it, it only tells maps apart. */
function digestOf(lists: readonly Int32Array[]): string {
  const lanes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f].map((seed) => {
    let hash = seed | 0;
    for (const list of lists) {
      for (let at = 0; at < list.length; at++) {
        const mixed = Math.imul(Math.imul(list[at] ?? 0, seed) ^ ((list[at] ?? 0) >>> 15), 0x165667b1);
        hash = Math.imul(((hash ^ mixed) << 13) | ((hash ^ mixed) >>> 19), 5) + 0x52dce729;
      }
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  });
  return lanes.map((lane) => lane.toString(16).padStart(8, "0")).join("");
}
