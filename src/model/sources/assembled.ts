import type { Bytes } from "../../base/bytes";
import { append } from "../../base/lists";
import { LEAF } from "../../compute/blocks";
import type { Device } from "../../compute/device";
import { narrow, widen } from "../../formats/convert";
import { DTYPE_BYTES, type DType, isFloatDType, OUTPUT_DTYPES, type OutputDType } from "../../formats/dtypes";
import type { TensorFacts } from "../../formats/tensor";
import { modelFailure } from "../failures";
import { placeStretch } from "./placed";
import { FILL, MEAN, placesOf, type RowMap, type RowPlace } from "./rowMap";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/** Elements that are put together at a time: what is held of them besides stays below some ten megabytes. */
const BATCH_ELEMENTS = 2 ** 20;
/** Rows that lie so near are read in one go, with what is between them; a read costs as much as so many bytes. */
const GAP_BYTES = 64 * 1024;
/** Bytes read at a time. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Pieces read at once. */
const AT_ONCE = 8;

/** Rows [start, end) of a part. */
interface Piece {
  readonly part: number;
  readonly start: number;
  readonly end: number;
}

/**
 * One matrix made of rows of others, as a row map says: they are read when they are asked for, and never more than a few blocks of them
 * are held. Where all parts have one type, it has that one and its rows are theirs bit for bit; means are rounded to it. Else it is F32.
 */
export class AssembledSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, TensorFacts>;
  readonly #facts: TensorFacts & { readonly dtype: OutputDType };
  readonly #width: number;
  #fill: Promise<Float32Array> | undefined;

  /**
   * @param facts name and shape of the new matrix
   * @param parts the parts of the map, in its order
   */
  constructor(
    facts: Pick<TensorFacts, "name" | "shape">,
    private readonly map: RowMap,
    private readonly parts: readonly SourceTensor[],
  ) {
    const { name, shape } = facts;
    this.#facts = { name, shape, dtype: assembledDType(map.parts) };
    this.#width = shape[1] ?? 1;
    this.tensors = new Map([[name, this.#facts]]);
  }

  /** @throws {AwaseError} `merge/no-tensor`, `model/not-float`, and what reading the parts throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    tensorNamed(this.tensors, name, "the assembled matrix");
    const size = DTYPE_BYTES[this.#facts.dtype];
    const bytes = new Uint8Array((end - start) * size);
    const [first, last] = [Math.floor(start / this.#width), Math.ceil(end / this.#width)];
    for (let at = first; at < last; at += this.#batch) {
      const stop = Math.min(last, at + this.#batch);
      const rows = await this.#rows(at, stop, signal);
      const from = Math.max(start, at * this.#width);
      const to = Math.min(end, stop * this.#width);
      bytes.set(rows.subarray((from - at * this.#width) * size, (to - at * this.#width) * size), (from - start) * size);
    }
    return bytes;
  }

  /** @throws {AwaseError} as `read`, and `gpu/out-of-memory` */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const { dtype } = this.#facts;
    const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
    return placeStretch({ name, dtype, start, end, read }, device, signal);
  }

  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    tensorNamed(this.tensors, name, "the assembled matrix");
    const pieces = this.#pieces(...this.#needed(start, end), Number.POSITIVE_INFINITY);
    const ranges: FileRange[] = [];
    for (const piece of pieces) append(ranges, await this.#part(piece.part).ranges(...this.#stretch(piece)));
    return ranges;
  }

  bytesOf(name: string, elements: number): number {
    tensorNamed(this.tensors, name, "the assembled matrix");
    const [first, last] = this.#needed(0, elements);
    let bytes = 0;
    for (let at = first; at < last; at++) {
      for (const { part } of placesOf(this.map, at)) bytes += this.#width * DTYPE_BYTES[this.#dtype(part)];
    }
    return bytes;
  }

  get #batch(): number {
    return Math.max(1, Math.floor(BATCH_ELEMENTS / this.#width));
  }

  /** The rows that a stretch depends on: with one that is filled, on all of them. */
  #needed(start: number, end: number): readonly [first: number, last: number] {
    const [first, last] = [Math.floor(start / this.#width), Math.ceil(end / this.#width)];
    return this.map.part.subarray(first, last).includes(FILL) ? [0, this.map.part.length] : [first, last];
  }

  /** Rows [first, last), in the type of the new matrix. */
  async #rows(first: number, last: number, signal: AbortSignal | undefined): Promise<Bytes> {
    const { dtype } = this.#facts;
    const fill = this.map.part.subarray(first, last).includes(FILL) ? await this.#filling(signal) : undefined;
    const width = this.#width;
    const rowBytes = width * DTYPE_BYTES[dtype];
    const bytes = new Uint8Array((last - first) * rowBytes);
    const [direct, sums] = this.#wanted(first, last);
    await this.#eachPiece(this.#pieces(first, last, PIECE_BYTES), signal, (piece, read) => {
      const stored = this.#dtype(piece.part);
      const rows = stored === dtype ? read : narrow(widen(read, stored), dtype);
      const row = (at: number) => rows.subarray((at - piece.start) * rowBytes, (at - piece.start + 1) * rowBytes);
      for (const { at, place } of direct.get(piece.part) ?? []) {
        if (place >= piece.start && place < piece.end) bytes.set(row(place), (at - first) * rowBytes);
      }
      for (const { places, rows: found } of sums) {
        for (const [k, { part, row: place }] of places.entries()) {
          if (part === piece.part && place >= piece.start && place < piece.end) found[k] = widen(row(place), dtype);
        }
      }
    });
    for (const { at, rows: found } of sums) bytes.set(narrow(meanOf(found, width), dtype), (at - first) * rowBytes);
    if (fill) {
      const filled = narrow(fill, dtype);
      for (let at = first; at < last; at++) if (this.map.part[at] === FILL) bytes.set(filled, (at - first) * rowBytes);
    }
    return bytes;
  }

  /** What rows [first, last) want of the parts: rows as they are, by part, and the rows that means are taken of. */
  #wanted(first: number, last: number) {
    const direct = new Map<number, { readonly at: number; readonly place: number }[]>();
    const sums: { readonly at: number; readonly places: readonly RowPlace[]; readonly rows: Float32Array[] }[] = [];
    for (let at = first; at < last; at++) {
      const places = [...placesOf(this.map, at)];
      if (this.map.part[at] === MEAN) sums.push({ at, places, rows: [] });
      else {
        for (const { part, row } of places) {
          const list = direct.get(part) ?? [];
          direct.set(part, list);
          list.push({ at, place: row });
        }
      }
    }
    return [direct, sums] as const;
  }

  /** The mean of all rows that are not filled, in f64 as long as it is a sum. */
  #filling(signal: AbortSignal | undefined): Promise<Float32Array> {
    this.#fill ??= this.#meanOfAll(signal).catch((error: unknown) => {
      this.#fill = undefined; // whoever asks next may have another signal
      throw error;
    });
    return this.#fill;
  }

  async #meanOfAll(signal: AbortSignal | undefined): Promise<Float32Array> {
    const { dtype } = this.#facts;
    const { part } = this.map;
    const sums = new Float64Array(this.#width);
    let count = 0;
    for (let at = 0; at < part.length; ) {
      if (part[at] === FILL) {
        at++;
        continue;
      }
      let stop = at;
      while (stop < part.length && stop - at < this.#batch && part[stop] !== FILL) stop++;
      const values = widen(await this.#rows(at, stop, signal), dtype);
      for (let k = 0; k < values.length; k++) sums[k % this.#width] = (sums[k % this.#width] ?? 0) + (values[k] ?? 0);
      count += stop - at;
      at = stop;
    }
    return Float32Array.from(sums, (sum) => sum / Math.max(1, count));
  }

  /** What must be read of the parts for rows [first, last), neighbours together, each at most so many bytes. */
  #pieces(first: number, last: number, most: number): readonly Piece[] {
    const rows = new Map<number, number[]>();
    for (let at = first; at < last; at++) {
      for (const { part, row } of placesOf(this.map, at)) {
        const list = rows.get(part);
        if (list) list.push(row);
        else rows.set(part, [row]);
      }
    }
    const pieces: Piece[] = [];
    for (const [part, list] of rows) {
      const rowBytes = this.#width * DTYPE_BYTES[this.#dtype(part)];
      const [gap, limit] = [Math.floor(GAP_BYTES / rowBytes), Math.max(1, Math.floor(most / rowBytes))];
      let [start, end] = [-1, -1];
      for (const row of Int32Array.from(list).sort()) {
        if (start >= 0 && row <= end + gap && row < start + limit) end = Math.max(end, row + 1);
        else {
          if (start >= 0) pieces.push({ part, start, end });
          [start, end] = [row, row + 1];
        }
      }
      if (start >= 0) pieces.push({ part, start, end });
    }
    return pieces;
  }

  /** Reads pieces, some at once; `use` is called with the bytes of each. */
  async #eachPiece(
    pieces: readonly Piece[],
    signal: AbortSignal | undefined,
    use: (piece: Piece, bytes: Bytes) => void,
  ): Promise<void> {
    let next = 0;
    const lane = async () => {
      for (let piece = pieces[next++]; piece; piece = pieces[next++]) {
        signal?.throwIfAborted();
        const [name, start, end] = this.#stretch(piece);
        const from = start - (start % LEAF); // where sources may be asked to begin
        const bytes = await this.#part(piece.part).read(name, from, end, signal);
        use(piece, bytes.subarray((start - from) * DTYPE_BYTES[this.#dtype(piece.part)]));
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, pieces.length) }, lane));
  }

  #stretch({ part, start, end }: Piece): readonly [name: string, start: number, end: number] {
    return [this.parts[part]?.name ?? "", start * this.#width, end * this.#width];
  }

  #part(part: number): TensorSource {
    const found = this.parts[part];
    if (found) return found.source;
    throw new RangeError(`The row map has no part ${part}.`);
  }

  #dtype(part: number) {
    const { dtype = "F32", tensor = "" } = this.map.parts[part] ?? {};
    if (isFloatDType(dtype)) return dtype;
    throw modelFailure("model/not-float", { tensor, dtype });
  }
}

/** Added in their order, whatever the order in which they were read. */
function meanOf(rows: readonly Float32Array[], width: number): Float32Array {
  const mean = new Float32Array(width);
  for (let k = 0; k < width; k++) {
    let sum = 0;
    for (const row of rows) sum += row[k] ?? 0;
    mean[k] = sum / Math.max(1, rows.length);
  }
  return mean;
}

/** The type of a matrix made of parts: theirs, if they have one that can be written, else F32. */
export function assembledDType(parts: readonly { readonly dtype: DType }[]): OutputDType {
  const [first, ...others] = parts;
  const same = first && others.every(({ dtype }) => dtype === first.dtype);
  return (same && OUTPUT_DTYPES.find((known) => known === first.dtype)) || "F32";
}
