import common from "../../../../shaders/products/matmul.wgsl?raw";
import byColumns from "../../../../shaders/products/matmulColumns.wgsl?raw";
import dots from "../../../../shaders/products/matmulDots.wgsl?raw";
import loads from "../../../../shaders/products/matmulLoads.wgsl?raw";
import registers from "../../../../shaders/products/matmulRegisters.wgsl?raw";
import byRows from "../../../../shaders/products/matmulRows.wgsl?raw";
import scalar from "../../../../shaders/products/matmulScalar.wgsl?raw";
import tiles from "../../../../shaders/products/matmulTiles.wgsl?raw";
import { memo } from "../../../base/memo";
import { OUTPUT_DTYPES, type OutputDType } from "../../../formats/dtypes";
import { f32Bits, job } from "../../fast";
import { DTYPE_CODE, type Weight, widenStretch } from "../common/weight";
import { define, floats, reads, writes } from "../link/define";
import { only } from "../link/link";
import { multiply } from "./multiply";

/** How a matrix product can be computed. All give the same numbers but for the order of sums. */
export const MATMUL_VARIANTS = [
  "scalar", // a thread per result; takes every k and every layout
  "registers 1x4", // a thread per four columns of one row, no shared memory
  "registers 4x4", // a thread per 4x4 results, no shared memory: for software adapters, where a barrier costs most
  "dots 4x8", // a workgroup per eight columns of four rows, which reads each weight once: for few rows on a GPU
  "tile 16x64", // a workgroup per tile in shared memory, 4x4 results a thread
  "tile 64x64", // 8x8 results a thread
  "tile 128x128",
] as const;
export type MatmulVariant = (typeof MATMUL_VARIANTS)[number];

type Layout = NonNullable<Weight["layout"]>;

/** What variants ask of a weight: where it starts and the distance of its stored rows, in elements. */
export interface WeightShape {
  readonly layout: Layout;
  readonly first: number;
  readonly stride: number;
  readonly k: number;
}

/** Whether a variant, all but `scalar` reading four or eight elements at once, can read such a weight. */
export function canRead(variant: MatmulVariant, { layout, first, stride, k }: WeightShape): boolean {
  if (variant === "scalar") return true;
  if (variant === "dots 4x8") return layout === "rows" && k % 8 === 0;
  return k % 4 === 0 && stride % 4 === 0 && first % 4 === 0;
}

interface Shape {
  readonly wgsl: string;
  readonly threads: number;
  /** Results per workgroup, rows times columns; of the variants without shared memory per thread. */
  readonly tile: readonly [rows: number, columns: number];
  readonly perThread?: true;
  /** Of tiles: 4x4 blocks per thread. */
  readonly blocks?: readonly [rows: number, columns: number];
  /** Elements of w in a word of its binding. */
  readonly reads: 1 | 4 | 8;
}

const SHAPES: Readonly<Record<MatmulVariant, Shape>> = {
  scalar: { wgsl: scalar, threads: 64, tile: [1, 1], perThread: true, reads: 1 },
  "registers 1x4": { wgsl: registers, threads: 64, tile: [1, 4], perThread: true, reads: 4 },
  "registers 4x4": { wgsl: registers, threads: 64, tile: [4, 4], perThread: true, reads: 4 },
  "dots 4x8": { wgsl: dots, threads: 64, tile: [4, 8], reads: 8 },
  "tile 16x64": { wgsl: tiles, threads: 64, tile: [16, 64], blocks: [1, 1], reads: 4 },
  "tile 64x64": { wgsl: tiles, threads: 64, tile: [64, 64], blocks: [2, 2], reads: 4 },
  "tile 128x128": { wgsl: tiles, threads: 256, tile: [128, 128], blocks: [2, 2], reads: 4 },
};

/** Workgroups of a variant for m rows and n columns. */
export function workgroups(variant: MatmulVariant, m: number, n: number): number {
  const { tile, threads, perThread } = SHAPES[variant];
  const tilesNeeded = Math.ceil(m / tile[0]) * Math.ceil(n / tile[1]);
  return perThread ? Math.ceil(tilesNeeded / threads) : tilesNeeded;
}

/** Units that w is read in; see `matmulLoads.wgsl`. */
const UNITS = { 1: "one", 4: "four", 8: "eight" } as const;

/** How four columns of the result are read, by layout. */
const BLOCKS: Readonly<Record<Layout, string>> = { rows: byRows, columns: byColumns };

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** What threads take at a time, and up to how many rows they read weights once: as `assembly/products/matmul.ts` has it. */
const PIECE = { columns: 64, rows: 256, few: 3 } as const;

/** The kernel of a variant. Buffers: x, w, the bias (any buffer that is not y, where there is none), y. */
export const matmulKernel = memo((variant: MatmulVariant, dtype: OutputDType, layout: Layout) => {
  const { wgsl, threads, tile, blocks, reads: per } = SHAPES[variant];
  const [rows, columns] = tile;
  return define({
    name: `lm/matmul ${variant} ${dtype} ${layout}`,
    wgsl: [common, loads, per === 4 ? BLOCKS[layout] : "", wgsl].join("\n"),
    buffers: {
      x: reads(per === 1 ? "array<f32>" : "array<vec4f>"),
      w: reads(
        per === 1 ? "array<u32>" : dtype === "F32" ? "array<vec4f>" : per === 4 ? "array<vec2u>" : "array<vec4u>",
      ),
      bias: reads("array<u32>"),
      y: writes("array<f32>"),
    },
    constants: {
      THREADS: threads,
      ROWS: rows,
      COLUMNS: columns,
      ABSENT,
      DTYPE: DTYPE_CODE[dtype],
      BY_COLUMN: layout === "columns" ? 1 : 0,
      ...(blocks ? { ACROSS: columns / (4 * blocks[1]), DOWN: rows / (4 * blocks[0]) } : {}),
    },
    lists: {
      j: upTo(4),
      r: upTo(Math.min(rows, 4)),
      c: upTo(Math.min(columns, 8)),
      p: upTo(blocks?.[0] ?? 0),
      q: upTo(blocks?.[1] ?? 0),
      ...only(UNITS[per], Object.values(UNITS)),
      ...only(dtype, OUTPUT_DTYPES),
    },
    uniforms: {
      m: "u32",
      n: "u32",
      k: "u32",
      first: "u32",
      stride: "u32",
      biasFirst: "u32",
      biasType: "u32",
      keep: "u32",
      scale: "f32",
    },
    reference([x, w, bias, y], { m, n, k, first, stride, biasFirst, biasType, keep, scale }) {
      const code = DTYPE_CODE[dtype];
      const weights =
        layout === "rows"
          ? widenStretch(w, code, first, n * k)
          : transposed(widenStretch(w, code, 0, k * stride), first, stride, n, k);
      multiply({
        x: floats(x),
        w: weights,
        bias: biasType === ABSENT ? undefined : widenStretch(bias, biasType, biasFirst, n),
        y: floats(y),
        m,
        n,
        k,
        scale,
        keep: keep === 1,
      });
    },
    fast([x = 0, w = 0, bias = 0, y = 0], { m, n, k, first, stride, biasFirst, biasType, keep, scale }) {
      const byColumn = layout === "columns" ? 1 : 0;
      const numbers = [x, w, bias, y, m, n, k, first, stride, byColumn, DTYPE_CODE[dtype], biasType, biasFirst, keep];
      const across = Math.ceil(n / PIECE.columns);
      const down = m <= PIECE.few && layout === "rows" ? 1 : Math.ceil(m / PIECE.rows);
      return k === 0 ? undefined : job("matmul", [...numbers, f32Bits(scale)], across * down);
    },
  });
});

/** The type of a bias that is not there. */
export const ABSENT = 3;

/** [n, k] out of columns [first, first + n) of a matrix of rows of `stride`. */
function transposed(stored: Float32Array, first: number, stride: number, n: number, k: number) {
  const rows = new Float32Array(n * k);
  for (let at = 0; at < k; at++) {
    const from = at * stride + first;
    for (let j = 0; j < n; j++) rows[j * k + at] = stored[from + j] ?? 0;
  }
  return rows;
}
