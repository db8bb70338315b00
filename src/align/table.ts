import type { Floats } from "../base/bytes";
import { LEAF } from "../compute/blocks";
import { widen } from "../formats/convert";
import { DTYPE_BYTES, type FloatDType, isFloatDType } from "../formats/dtypes";
import type { TensorFacts } from "../formats/tensor";
import type { TensorSource } from "../model/sources/tensorSource";
import { alignFailure } from "./failures";

/** A table of a model, [rows, width]: its embedding, or its head. */
export interface Table {
  readonly source: TensorSource;
  readonly name: string;
  readonly dtype: FloatDType;
  readonly rows: number;
  readonly width: number;
}

/** Bytes between two wanted rows that are rather read than skipped. */
const MOST_GAP = 64 * 1024;
/** Stretches that are being read at a time. */
const AT_ONCE = 16;

/** @throws {AwaseError} `align/not-a-table` for integers and F64, and where the tensor has another number of dimensions */
export function tableOf(source: TensorSource, { name, dtype, shape }: TensorFacts): Table {
  const [rows, width] = shape;
  if (!isFloatDType(dtype) || rows === undefined || width === undefined || shape.length !== 2) {
    throw alignFailure("align/not-a-table", { tensor: name, dtype, shape: `[${shape.join(", ")}]` });
  }
  return { source, name, dtype, rows, width };
}

/**
 * Rows by id, f32 [ids.length, width], in the order of the ids. Neighbours are read together.
 * @param ids any order; each below the table's rows
 * @throws what reading the source throws
 */
export async function readRows(table: Table, ids: ArrayLike<number>, signal?: AbortSignal): Promise<Floats> {
  const { width } = table;
  const out = new Float32Array(ids.length * width);
  const stretches = stretchesOf(table, ids);
  let next = 0;
  const worker = async () => {
    for (let stretch = stretches[next++]; stretch; stretch = stretches[next++]) {
      signal?.throwIfAborted();
      await readStretch(table, stretch, ids, out, signal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, stretches.length) }, worker));
  return out;
}

/** Places in the list of ids whose rows are read together, by rising id. */
type Stretch = readonly number[];

function stretchesOf({ width, dtype }: Table, ids: ArrayLike<number>): readonly Stretch[] {
  const order = Array.from({ length: ids.length }, (_, at) => at).sort((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0));
  const gap = Math.max(1, Math.floor(MOST_GAP / (width * DTYPE_BYTES[dtype])));
  const stretches: number[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of order) {
    const id = ids[at] ?? 0;
    if (id - last > gap) stretches.push([]);
    stretches.at(-1)?.push(at);
    last = id;
  }
  return stretches;
}

async function readStretch(
  { source, name, dtype, width }: Table,
  stretch: Stretch,
  ids: ArrayLike<number>,
  out: Floats,
  signal: AbortSignal | undefined,
): Promise<void> {
  const id = (at: number | undefined) => ids[at ?? 0] ?? 0;
  const from = Math.floor((id(stretch[0]) * width) / LEAF) * LEAF; // where sources that merge begin a block
  const to = (id(stretch.at(-1)) + 1) * width;
  const bytes = await source.read(name, from, to, signal);
  const size = DTYPE_BYTES[dtype];
  for (const at of stretch) {
    const start = (id(at) * width - from) * size;
    out.set(widen(bytes.subarray(start, start + width * size), dtype), at * width);
  }
}
