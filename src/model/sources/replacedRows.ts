import type { Bytes, Floats, Words } from "../../base/bytes";
import { LEAF } from "../../compute/blocks";
import type { Device } from "../../compute/device";
import { blendRow, blendRows, canBlendRows } from "../../compute/kernels/align/blendRows";
import { narrow, widen } from "../../formats/convert";
import { DTYPE_BYTES } from "../../formats/dtypes";
import type { TensorFacts } from "../../formats/tensor";
import { placed, placedBytes, placedDType, placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/** What some rows of a table become. */
export interface Replacement {
  /** Rows that are replaced, rising; all others stay as they are, bit for bit. */
  readonly rows: Words;
  /**
   * Of `rows[from]` to `rows[to - 1]`: f32 [to − from, width], and how much of them each row gets, 0 to 1; the rest it keeps of what it
   * was.
   */
  values(from: number, to: number, signal?: AbortSignal): Promise<{ readonly values: Floats; readonly shares: Floats }>;
  /** Files that the values are made of. */
  ranges(): Promise<readonly FileRange[]>;
}

/** Elements of replacements that are there at a time. */
const MOST_VALUES = 2 ** 22;

/** A model with rows of some tables replaced. Every other tensor is the other source's own. */
export class ReplacedRowsSource implements TensorSource {
  /** @param replacements by the name of the tensor, [rows, width], of a type that is written */
  constructor(
    private readonly source: TensorSource,
    private readonly replacements: ReadonlyMap<string, Replacement>,
  ) {}

  get tensors(): ReadonlyMap<string, TensorFacts> {
    return this.source.tensors;
  }

  /** @throws {AwaseError} as the source, what making the values throws, `model/not-float` */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const found = this.#within(name, start, end);
    if (!found) return this.source.read(name, start, end, signal);
    const { width, first, last, replacement } = found;
    const dtype = placedDType(this.#facts(name));
    const size = DTYPE_BYTES[dtype];
    // Rows are blended whole: a stretch that cuts one needs the rest of it.
    const from = Math.floor((Math.floor(start / width) * width) / LEAF) * LEAF;
    const to = Math.ceil(end / width) * width;
    const bytes = (await this.source.read(name, from, to, signal)).slice();
    for await (const { row, values, share } of rowsOf(replacement, first, last, width, signal)) {
      const at = (row * width - from) * size;
      const present = widen(bytes.subarray(at, at + width * size), dtype);
      blendRow(present, values, share);
      bytes.set(narrow(present, dtype), at);
    }
    return bytes.slice((start - from) * size, (end - from) * size);
  }

  /** @throws {AwaseError} as `read`, and `gpu/out-of-memory` */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const found = this.#within(name, start, end);
    if (!found) return this.source.place(name, start, end, device, signal);
    const dtype = placedDType(this.#facts(name));
    const { width, first, last, replacement } = found;
    if (start % width !== 0 || end % width !== 0 || !canBlendRows(dtype, width)) {
      const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
      return placeStretch({ name, dtype, start, end, read }, device, signal);
    }
    using present = await this.source.place(name, start, end, device, signal);
    const bytes = placedBytes(dtype, end - start);
    const y = await device.lease(bytes, name);
    try {
      device.copy(present.buffer, 0, y, 0, bytes); // what is present may be lent to others as well
      for await (const piece of piecesOf(replacement, first, last, width, signal)) {
        const m = piece.shares.length;
        using values = await uploaded(device, piece.values, name);
        using shares = await uploaded(device, piece.shares, name);
        using positions = await uploaded(
          device,
          piece.rows.map((row) => row - start / width),
          name,
        );
        await blendRows(device, { y, dtype, values, positions, shares, m, width });
      }
      return placed(y, dtype, end - start);
    } catch (error) {
      y[Symbol.dispose]();
      throw error;
    }
  }

  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const own = await this.source.ranges(name, start, end);
    const found = this.#within(name, start, end);
    return found ? [...own, ...(await found.replacement.ranges())] : own;
  }

  bytesOf(name: string, elements: number): number {
    return this.source.bytesOf(name, elements);
  }

  same(name: string): SourceTensor | undefined {
    const replacement = this.replacements.get(name);
    return replacement && replacement.rows.length > 0 ? undefined : { source: this.source, name };
  }

  #facts(name: string): TensorFacts {
    return tensorNamed(this.tensors, name, "the model");
  }

  /** The replaced rows [first, last) that a stretch touches; nothing where it touches none. */
  #within(name: string, start: number, end: number) {
    const replacement = this.replacements.get(name);
    const width = this.#facts(name).shape[1] ?? 1;
    if (!replacement || start >= end) return undefined;
    const first = placeIn(replacement.rows, Math.floor(start / width));
    const last = placeIn(replacement.rows, Math.ceil(end / width));
    return first < last ? { replacement, width, first, last } : undefined;
  }
}

/** How many rows of a rising list lie before `row`. */
function placeIn(rows: Words, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function* piecesOf(
  { rows, values }: Replacement,
  first: number,
  last: number,
  width: number,
  signal: AbortSignal | undefined,
) {
  const atOnce = Math.max(1, Math.floor(MOST_VALUES / width));
  for (let from = first; from < last; from += atOnce) {
    const to = Math.min(last, from + atOnce);
    yield { rows: rows.slice(from, to), ...(await values(from, to, signal)) };
  }
}

async function* rowsOf(...walk: Parameters<typeof piecesOf>) {
  const width = walk[3];
  for await (const { rows, values, shares } of piecesOf(...walk)) {
    for (const [at, row] of rows.entries()) {
      yield { row, values: values.subarray(at * width, (at + 1) * width), share: shares[at] ?? 0 };
    }
  }
}

async function uploaded(device: Device, data: Floats | Words, label: string) {
  const buffer = await device.lease(data.byteLength, label);
  device.write(buffer, 0, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return buffer;
}
