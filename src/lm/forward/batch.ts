import type { Words } from "../../base/bytes";
import type { TokenIds } from "../../tokens/types";
import type { Position } from "../types";

export interface BatchLimits {
  /** Rows that go through a layer together. */
  readonly chunkRows: number;
  /** Keys that one attention sees, of all sequences of a group together. */
  readonly groupKeys: number;
  /** Keys that one binding can hold: no sequence may have more. */
  readonly maxKeys: number;
}

/** Rows of one or several sequences that go through a layer together. */
export interface Chunk {
  readonly ids: Words;
  /** Position of each row in its sequence. */
  readonly positions: Words;
  /** Row of each row's first key among the keys of its group. */
  readonly firstKeys: Words;
  /** Sequences that have rows here. */
  readonly sequences: number;
}

/** Whole sequences whose keys lie in one buffer, and their rows in chunks, in order. */
export interface Group {
  /** Indices of its sequences in the batch. */
  readonly sequences: readonly number[];
  /** Rows of the keys' buffer. */
  readonly keys: number;
  /** Row of each sequence's first key. */
  readonly firstKeys: readonly number[];
  readonly chunks: readonly Chunk[];
}

/**
 * Packs ragged sequences: into groups of whole sequences, and the rows of a group into chunks. A sequence that is longer than a group
 * should be has one to itself.
 * @param reserve keys kept free after each sequence, for tokens to come
 */
export function packBatch(sequences: readonly TokenIds[], limits: BatchLimits, reserve = 0): readonly Group[] {
  const groups: { sequences: number[]; keys: number }[] = [];
  for (const [index, ids] of sequences.entries()) {
    const keys = ids.length + reserve;
    const open = groups.at(-1);
    if (open && open.keys + keys <= limits.groupKeys) {
      open.sequences.push(index);
      open.keys += keys;
    } else {
      groups.push({ sequences: [index], keys });
    }
  }
  return groups.map((group) => packGroup(sequences, group, limits.chunkRows, reserve));
}

function packGroup(
  sequences: readonly TokenIds[],
  { sequences: members, keys }: { readonly sequences: readonly number[]; readonly keys: number },
  chunkRows: number,
  reserve: number,
): Group {
  const firstKeys: number[] = [];
  const rows: Row[] = [];
  let next = 0;
  for (const sequence of members) {
    const ids = sequences[sequence] ?? [];
    firstKeys.push(next);
    for (const [position, id] of ids.entries()) rows.push({ id, position, firstKey: next });
    next += ids.length + reserve;
  }
  const chunks = Array.from({ length: Math.ceil(rows.length / chunkRows) }, (_, i) =>
    chunkOf(rows.slice(i * chunkRows, (i + 1) * chunkRows)),
  );
  return { sequences: members, keys, firstKeys, chunks };
}

export interface Row {
  readonly id: number;
  readonly position: number;
  readonly firstKey: number;
}

export function chunkOf(rows: readonly Row[]): Chunk {
  return {
    ids: Uint32Array.from(rows, ({ id }) => id),
    positions: Uint32Array.from(rows, ({ position }) => position),
    firstKeys: Uint32Array.from(rows, ({ firstKey }) => firstKey),
    sequences: new Set(rows.map(({ firstKey }) => firstKey)).size,
  };
}

/** Finds rows of a packed batch: all chunks one after the other hold all sequences one after the other. */
export class RowFinder {
  readonly #starts: readonly number[];
  readonly #chunkStarts: readonly number[];

  constructor(
    private readonly sequences: readonly TokenIds[],
    chunks: readonly Chunk[],
  ) {
    this.#starts = runningSum(sequences.map((ids) => ids.length));
    this.#chunkStarts = runningSum(chunks.map(({ ids }) => ids.length));
  }

  /** @throws {RangeError} for a position that is in no sequence */
  find({ sequence, at }: Position): { readonly chunk: number; readonly row: number } {
    const start = this.#starts[sequence];
    if (start === undefined || at < 0 || at >= (this.sequences[sequence]?.length ?? 0)) {
      throw new RangeError(`There is no position ${at} in sequence ${sequence}.`);
    }
    const chunk = this.#chunkStarts.findLastIndex((first) => first <= start + at);
    return { chunk, row: start + at - (this.#chunkStarts[chunk] ?? 0) };
  }
}

function runningSum(lengths: readonly number[]): readonly number[] {
  let sum = 0;
  return lengths.map((length) => {
    sum += length;
    return sum - length;
  });
}
