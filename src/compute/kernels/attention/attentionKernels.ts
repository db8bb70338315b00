import row from "../../../../shaders/attention/attentionRow.wgsl?raw";
import thread from "../../../../shaders/attention/attentionThread.wgsl?raw";
import tile from "../../../../shaders/attention/attentionTile.wgsl?raw";
import visible from "../../../../shaders/attention/attentionVisible.wgsl?raw";
import { memo } from "../../../base/memo";
import { f32Bits, job } from "../../fast";
import type { Kernel } from "../../kernel";
import { define, reads, writes } from "../link/define";
import { only } from "../link/link";
import { type AttentionValues, attend } from "./attend";

const THREADS = 64;

/** Query rows of a workgroup of the tile kernel, with four threads for each. */
export const TILE_ROWS = 16;

/** The largest heads of the kernels that keep a head in registers: a whole one in a thread, or a quarter of one. */
const LARGEST_IN_THREAD = 128;
const LARGEST_IN_TILE = 256;

/** A kernel and how many workgroups it takes. Buffers: q, k, v, rows, out. */
export interface AttentionKernel {
  readonly kernel: Kernel<AttentionValues>;
  groups(m: number, heads: number): number;
}

/** One workgroup per row and head, for every size of head. */
export function rowKernel(headDim: number): AttentionKernel {
  const unit = headDim % 4 === 0 ? 4 : 1;
  const parts = Math.ceil(headDim / unit / THREADS);
  return { kernel: rowKernelBy(unit), groups: (m, heads) => m * heads * parts };
}

/** One thread per row and head, without a barrier; undefined for heads that it cannot take. */
export function threadKernel(headDim: number): AttentionKernel | undefined {
  if (headDim % 4 > 0 || headDim > LARGEST_IN_THREAD) return undefined;
  const units = unitsPerThread(headDim / 4);
  const parts = headDim / 4 / units;
  return { kernel: threadKernelOf(headDim, units), groups: (m, heads) => Math.ceil((m * heads * parts) / THREADS) };
}

const threadKernelOf = memo((headDim: number, units: number) =>
  define({
    name: `lm/attention thread ${headDim}`,
    wgsl: [visible, thread].join("\n"),
    constants: { THREADS, HEAD4: headDim / 4, UNITS: units },
    lists: { h: upTo(headDim / 4), i: upTo(units) },
    buffers: buffers("vec4f"),
    uniforms,
    reference: attend,
    fast: fastAttention,
  }),
);

/** One workgroup per head and sixteen rows, which go through their keys together; undefined for heads that it cannot take. */
export function tileKernel(headDim: number): AttentionKernel | undefined {
  if (headDim % 16 > 0 || headDim > LARGEST_IN_TILE) return undefined;
  return { kernel: tileKernelOf(headDim), groups: (m, heads) => heads * Math.ceil(m / TILE_ROWS) };
}

const tileKernelOf = memo((headDim: number) =>
  define({
    name: `lm/attention tile ${headDim}`,
    wgsl: [visible, tile].join("\n"),
    constants: { THREADS, ROWS: TILE_ROWS, HEAD4: headDim / 4, KEYS: Math.min(8, Math.floor(1024 / headDim)) },
    lists: { i: upTo(headDim / 16) },
    buffers: buffers("vec4f"),
    uniforms,
    reference: attend,
    fast: fastAttention,
  }),
);

const uniforms = {
  m: "u32",
  heads: "u32",
  kvHeads: "u32",
  headDim: "u32",
  window: "u32",
  scale: "f32",
  softCap: "f32",
} as const;

function buffers(unit: "vec4f" | "f32") {
  const type = `array<${unit}>`;
  return { q: reads(type), k: reads(type), v: reads(type), rows: reads("array<vec4u>"), out: writes(type) };
}

const rowKernelBy = memo((unit: 1 | 4) =>
  define({
    name: `lm/attention row by ${unit}`,
    wgsl: [visible, row].join("\n"),
    constants: { THREADS, UNIT: unit },
    lists: only(unit === 4 ? "four" : "one", ["one", "four"]),
    buffers: buffers(unit === 4 ? "vec4f" : "f32"),
    uniforms,
    reference: attend,
    fast: fastAttention,
  }),
);

/** The most vectors of a head, at most sixteen, that share it out evenly. */
function unitsPerThread(units: number): number {
  let most = Math.min(units, 16);
  while (units % most > 0) most--;
  return most;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Rows that a thread takes at a time: as `assembly/pass/attention.ts` has it. */
const PIECE_ROWS = 8;

function fastAttention([q = 0, k = 0, v = 0, rows = 0, out = 0]: readonly number[], values: AttentionValues) {
  const { m, heads, kvHeads, headDim, window, scale, softCap } = values;
  if (headDim % 4 > 0) return undefined;
  const numbers = [q, k, v, rows, out, m, heads, kvHeads, headDim, window, f32Bits(scale), f32Bits(softCap)];
  return job("attention", numbers, heads * Math.ceil(m / PIECE_ROWS));
}
