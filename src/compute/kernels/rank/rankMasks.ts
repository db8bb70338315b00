import type { Floats } from "../../../base/bytes";
import type { Blocks, PackedBlock } from "../../blocks";
import type { Device, DeviceBuffer } from "../../device";
import type { FibreTable } from "../common/fibreTable";
import type { RandomKey } from "../common/random";
import { partOf } from "../link/packed";
import { prepareTerms } from "../reduce/runTerms";
import type { BoundTerms } from "../reduce/terms";
import { KEEP_THREADS, keepByRank, WORD } from "./keepByRank";
import { rankRows } from "./rankRows";
import { ROW_KEYS_ELEMENTS, rowKeysReduction } from "./rowKeys";
import { type Rows, slabOf } from "./rows";

/** Elements that are ranked at a time, whole rows of them: about 24 bytes of device memory each. */
const GROUP = 1 << 18;
/** All of a word's bits: exact as f32. */
const ALL = 2 ** WORD - 1;

/** How the elements of a term are kept: at random, by a bound for each rank in a row. */
export interface RankedTerm {
  /** Which of the terms. */
  readonly term: number;
  /** The stream of random words; an element is kept iff its word is below the bound of its rank. */
  readonly key: RandomKey;
  /** As many as a row has elements, from the smallest key to the largest. Absent: everything is kept. */
  readonly bounds?: Uint32Array<ArrayBuffer>;
}

/**
 * A mask for each of some terms, which keeps elements by their ranks in their rows: one bit per element, WORD of them to a number of the
 * table's column. The whole table is in ordinary memory, a sixth of a byte per element and term; everything else is worked out for a few rows
 * at a time. The block size changes nothing.
 * @param terms keys, not negative
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export async function rankMasks(
  device: Device,
  blocks: Blocks,
  terms: BoundTerms,
  rows: Rows,
  ranked: readonly RankedTerm[],
  signal?: AbortSignal,
): Promise<FibreTable> {
  const width = ranked.length;
  const fibres = { count: Math.ceil(blocks.count / WORD), length: WORD, stride: 1 };
  const table: FibreTable = { fibres, width, values: new Float32Array(fibres.count * width) };
  const columns = ranked.flatMap(({ bounds, ...term }, column) => (bounds ? [{ ...term, bounds, column }] : []));
  for (const [column, { bounds }] of ranked.entries()) if (!bounds) fillColumn(table, column);
  if (columns.length === 0 || blocks.count === 0) return table;

  const slab = slabOf(rows);
  const size = Math.min(Math.max(1, Math.floor(GROUP / slab)) * slab, blocks.count);
  const lay = await Promise.all(
    columns.map(({ term }) => prepareTerms(device, blocks, terms, [rowKeysReduction(term)])),
  );
  const keep = new Keeper(device, rows, table, await Keeper.prepare(device));
  const leased: DeviceBuffer[] = [];
  const lease = async (bytes: number, label: string) => {
    const buffer = await device.lease(bytes, label);
    leased.push(buffer);
    return buffer;
  };
  try {
    const keys = [];
    const bounds = [];
    for (const column of columns) {
      keys.push(await lease(size * 4, "row keys"));
      const buffer = await lease(rows.length * 4, "bounds of ranks");
      device.write(buffer, 0, new Uint8Array(column.bounds.buffer, column.bounds.byteOffset, column.bounds.byteLength));
      bounds.push(buffer);
    }
    const order = await lease(size * 16, "order of rows");
    const ranks = await lease(size * 4, "ranks");
    for await (const block of blocks) {
      for (const piece of piecesOf(block, size, blocks.count)) {
        signal?.throwIfAborted();
        const [part, begin] = partFrom(block, blocks, piece);
        const numbers = { begin, end: begin + piece.count, before: piece.at - piece.start, ...rows, slab };
        const groups = Math.ceil(numbers.end / ROW_KEYS_ELEMENTS);
        for (const [c, run] of lay.entries()) await run(part, keys[c] as DeviceBuffer, numbers, groups);
        if (piece.at + piece.count < piece.start + piece.elements) continue;
        for (const [c, column] of columns.entries()) {
          await keep.take(column, piece, { keys: keys[c], bounds: bounds[c], order, ranks } as Buffers);
        }
      }
    }
    await keep.settled();
  } finally {
    for (const buffer of leased) buffer[Symbol.dispose]();
  }
  signal?.throwIfAborted();
  return table;
}

function fillColumn({ values, width }: FibreTable, column: number): void {
  for (let at = column; at < values.length; at += width) values[at] = ALL;
}

/** What of a group of rows a block holds: `count` elements from `at`; the group has `elements` from `start`. */
interface Piece {
  readonly at: number;
  readonly count: number;
  readonly start: number;
  readonly elements: number;
}

function* piecesOf({ start: first, count }: PackedBlock, size: number, total: number): Generator<Piece> {
  for (let at = first; at < first + count; ) {
    const start = at - (at % size);
    const elements = Math.min(size, total - start);
    const end = Math.min(first + count, start + elements);
    yield { at, count: end - at, start, elements };
    at = end;
  }
}

/** The part of a block from a few elements before a piece, where it may begin, and the place of the piece's first element in it. */
function partFrom(block: PackedBlock, { dtypes }: Blocks, { at, count }: Piece): readonly [PackedBlock, number] {
  const from = at % 16;
  return [partOf(block, dtypes, at - from, from + count), from];
}

interface Buffers {
  readonly keys: DeviceBuffer;
  readonly bounds: DeviceBuffer;
  readonly order: DeviceBuffer;
  readonly ranks: DeviceBuffer;
}

type Kernels = Awaited<ReturnType<typeof Keeper.prepare>>;

/** Ranks groups of rows and puts what is kept of them into a table. */
class Keeper {
  #reading = Promise.resolve();

  constructor(
    private readonly device: Device,
    private readonly rows: Rows,
    private readonly table: FibreTable,
    private readonly kernels: Kernels,
  ) {}

  static async prepare(device: Device) {
    const [rank, keep] = await Promise.all([device.prepare(rankRows), device.prepare(keepByRank)]);
    return { rank, keep };
  }

  /** Takes a whole group of rows, whose keys are laid. */
  async take(
    { key: [key_low, key_high], column }: RankedTerm & { readonly column: number },
    { start, elements }: Piece,
    { keys, bounds, order, ranks }: Buffers,
  ): Promise<void> {
    const { length } = this.rows;
    const rows = elements / length;
    this.device.run(this.kernels.rank, [keys, order, ranks], { rows, length }, rows);
    const first_word = Math.floor(start / WORD);
    const words = Math.floor((start + elements - 1) / WORD) - first_word + 1;
    const kept = await this.device.lease(words * 4, "kept");
    const numbers = { start, elements, first_word, words, ...this.rows, slab: slabOf(this.rows), key_low, key_high };
    this.device.run(this.kernels.keep, [ranks, bounds, kept], numbers, Math.ceil(words / KEEP_THREADS));
    const read = this.device.read(kept, 0, words * 4);
    kept[Symbol.dispose]();
    const before = this.#reading;
    this.#reading = Promise.all([read, before]).then(([bytes]) => {
      addWords(this.table, column, first_word, new Uint32Array(bytes.buffer, bytes.byteOffset, words));
    });
    this.#reading.catch(() => undefined); // awaited by the next, or at the end
    await before;
  }

  settled(): Promise<void> {
    return this.#reading;
  }
}

/** Groups may share a word, but no bit of it. */
function addWords(
  { values, width }: { readonly values: Floats; readonly width: number },
  column: number,
  first: number,
  words: Uint32Array,
): void {
  for (const [i, word] of words.entries()) {
    const at = (first + i) * width + column;
    values[at] = (values[at] ?? 0) + word;
  }
}
