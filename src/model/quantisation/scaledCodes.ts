import type { Floats } from "../../base/bytes";
import { widen } from "../../formats/convert";
import { type DType, type FloatDType, isFloatDType } from "../../formats/dtypes";
import type { StoredTensor } from "../../formats/tensor";

/** Stored numbers that stand for values only together with scales: value = code · scale, in f32. */
export type ScaledCodes = ScaledFp8 | ScaledFp4;

export interface ScaledFp8 {
  readonly dtype: CodeDType;
  readonly scales: StoredTensor & { readonly dtype: ScaleDType };
  readonly grid: ScaleGrid;
}

/** Two codes to a byte; matrices are stored the other way round than they are read. See `mxfp4.ts`. */
export interface ScaledFp4 {
  readonly dtype: "F4";
  readonly scales: StoredTensor;
  /** Of the matrices as stored. */
  readonly grid: ScaleGrid;
}

export type CodeDType = "F8_E4M3" | "F8_E5M2";

/** F8_E8M0 is an exponent alone: a power of two. */
export type ScaleDType = Exclude<FloatDType, CodeDType> | "F8_E8M0";

export function isCodeDType(dtype: DType): dtype is CodeDType {
  return dtype === "F8_E4M3" || dtype === "F8_E5M2";
}

export function isScaleDType(dtype: DType): dtype is ScaleDType {
  return dtype === "F8_E8M0" || (isFloatDType(dtype) && !isCodeDType(dtype));
}

/**
 * Which scale a code has. A tensor is a row of planes (one, where it is a matrix) of `rows` × `columns` codes; each plane is cut
 * into blocks from its top left corner, the last ones of a row or column perhaps cut short, and every block has one scale.
 * One scale for a whole tensor is a block as large as the tensor, one for each row a block of one row.
 */
export interface ScaleGrid {
  readonly rows: number;
  readonly columns: number;
  readonly blockRows: number;
  readonly blockColumns: number;
}

/** Elements [start, end) of the scales that codes [start, end) need: whole rows of blocks. */
export function scalesOf(
  grid: ScaleGrid,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const perRow = scaleColumns(grid);
  const first = scaleRow(grid, Math.floor(start / grid.columns));
  const last = scaleRow(grid, Math.floor(Math.max(start, end - 1) / grid.columns));
  return { start: first * perRow, end: (last + 1) * perRow };
}

/**
 * Codes [start, start + codes.length) of a tensor times their scales. Each product is rounded to f32 once.
 * @param scales those that `scalesOf` names, as f32
 */
export function applyScales(
  codes: Uint8Array,
  { dtype, grid }: Pick<ScaledFp8, "dtype" | "grid">,
  scales: Float32Array,
  start: number,
): Floats {
  const values = valuesOf(dtype);
  const out = new Float32Array(codes.length);
  const { columns, blockColumns } = grid;
  const perRow = scaleColumns(grid);
  const firstScale = scalesOf(grid, start, start + codes.length).start;
  for (let at = 0; at < codes.length; ) {
    const row = Math.floor((start + at) / columns);
    const column = start + at - row * columns;
    const rowEnd = Math.min(codes.length, at + columns - column);
    let scaleAt = scaleRow(grid, row) * perRow - firstScale + Math.floor(column / blockColumns);
    let blockEnd = at + blockColumns - (column % blockColumns);
    while (at < rowEnd) {
      const scale = scales[scaleAt++] ?? Number.NaN;
      const end = Math.min(blockEnd, rowEnd);
      for (; at < end; at++) out[at] = (values[codes[at] ?? 0] ?? 0) * scale;
      blockEnd += blockColumns;
    }
  }
  return out;
}

/** Scales as f32. */
export function widenScales(bytes: Uint8Array, dtype: ScaleDType): Float32Array {
  if (dtype !== "F8_E8M0") return widen(bytes, dtype);
  return Float32Array.from(bytes, (code) => (code === 0xff ? Number.NaN : 2 ** (code - 127)));
}

/** Which row of scales a row of codes has, planes counted on. */
function scaleRow({ rows, blockRows }: ScaleGrid, row: number): number {
  const plane = Math.floor(row / rows);
  return plane * Math.ceil(rows / blockRows) + Math.floor((row - plane * rows) / blockRows);
}

function scaleColumns({ columns, blockColumns }: ScaleGrid): number {
  return Math.ceil(columns / blockColumns);
}

const tables = new Map<CodeDType, Float32Array>();

/** The value of each of the 256 codes. */
function valuesOf(dtype: CodeDType): Float32Array {
  const known = tables.get(dtype);
  if (known) return known;
  const made = widen(
    Uint8Array.from({ length: 256 }, (_, code) => code),
    dtype,
  );
  tables.set(dtype, made);
  return made;
}
