import type { DeviceBytes, Floats } from "../../../base/bytes";
import type { PackedBlock } from "../../blocks";
import type { Device, DeviceBuffer } from "../../device";
import type { Numbers } from "../../kernel";
import type { Register, Tiles } from "../tiles/tiles";
import type { Fibres } from "./fibres";

/** Numbers for each fibre of a tensor: `width` of them, fibre after fibre. */
export interface FibreTable {
  readonly fibres: Fibres;
  readonly width: number;
  readonly values: Floats;
}

/** The number in a column of the table for the fibre of an element, counted within the block. */
export type OfFibre = (element: number, column: number) => number;

/** The same for a program of tiles. */
export interface TableTiles {
  /** A register with the number in a column for the fibre of each element. */
  column(column: number): Register;
  /** Zeros the elements whose bit, by their place in the row, is not set in its number. Rows have a multiple of four elements. */
  keepBits(a: Register, column: number): void;
}

/** @param address of the table; any where there is none: nobody asks then */
export function tableTiles(tiles: Tiles, address: number, values: Numbers, width = 0): TableTiles {
  const [skew = 0, size = 1, rows = 0] = [values.fibre_skew, values.fibre_size, values.fibre_rows].map(Number);
  return {
    column: (column) => tiles.ofFibre(address + 4 * column, 4 * width, skew, size, rows),
    keepBits: (a, column) => tiles.keepBits(a, address + 4 * column, 4 * width, skew, size),
  };
}

/** What a kernel with a table of `width` numbers per fibre is linked of; nothing where there is none. See `fibres.wgsl`. */
export function tableParts(width: number | undefined) {
  if (width === undefined) return { imports: [], constants: {}, uniforms: {}, outputs: {}, buffers: [] } as const;
  return {
    imports: ["fibres.wgsl"],
    constants: { TABLE: width },
    uniforms: { fibre_skew: "u32", fibre_size: "u32", fibre_rows: "u32" },
    outputs: { table: "array<f32>" },
    buffers: ["read_write"],
  } as const;
}

/** A table's part for one block, on the device. */
export interface PlacedTable extends Disposable {
  readonly buffer: DeviceBuffer;
  /** Values of its uniforms. */
  readonly numbers: Numbers;
}

/** Brings the numbers of the fibres that a block has elements of to the device. @throws {AwaseError} `gpu/out-of-memory`, `gpu/lost` */
export async function placeTable(
  device: Device,
  { fibres, width, values }: FibreTable,
  block: PackedBlock,
): Promise<PlacedTable> {
  const { count, length, stride } = fibres;
  const rows = stride === 1;
  const first = rows ? Math.floor(block.start / length) : 0;
  const last = rows ? Math.floor((block.start + block.count - 1) / length) + 1 : count;
  const buffer = await device.lease(Math.max(1, last - first) * width * 4, "table of fibres");
  const used = values.subarray(first * width, last * width);
  device.write(buffer, 0, new Uint8Array(used.buffer, used.byteOffset, used.byteLength));
  const numbers = {
    fibre_skew: rows ? block.start - first * length : block.start % count,
    fibre_size: rows ? length : count,
    fibre_rows: rows ? 1 : 0,
  };
  return { buffer, numbers, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}

/** What `of_fibre` reads, in TypeScript; NaN where there is no table. */
export function ofFibre(table: DeviceBytes | undefined, values: Numbers, width: number | undefined): OfFibre {
  if (!table || width === undefined) return () => Number.NaN;
  const numbers = new Float32Array(table.buffer, table.byteOffset, table.byteLength / 4);
  const [skew = 0, size = 1, rows = 0] = [values.fibre_skew, values.fibre_size, values.fibre_rows].map(Number);
  return (element, column) => {
    const place = element + skew;
    return numbers[(rows === 1 ? Math.floor(place / size) : place % size) * width + column] ?? Number.NaN;
  };
}
