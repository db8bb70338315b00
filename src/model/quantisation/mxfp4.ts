import type { Floats } from "../../base/bytes";
import type { StoredTensor } from "../../formats/tensor";
import { elementCount } from "../../formats/tensor";
import type { CheckpointTensor } from "../checkpoint";
import { architectureNames } from "../config";
import type { JsonObject } from "../model";

/** Values that a nibble stands for: one bit of sign, two of exponent, one of fraction. Source: OCP Microscaling Formats 1.0, 5.3.3. */
const FP4 = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6] as const;
/** Codes of a scale, and the bytes they lie in, two to a byte, the lower half first. */
const BLOCK = 32;
const BLOCK_BYTES = 16;

/** One of several matrices of equal size that lie behind each other as codes: `rows` × `columns`, each block of a row with its scale. */
export interface CodedPlane {
  readonly rows: number;
  readonly columns: number;
}

/**
 * gpt-oss as it is published: for each `…_blocks` [experts, outputs, inputs / 32, 16] and `…_scales` [experts, outputs, inputs / 32] the
 * tensor [experts, inputs, outputs] that transformers makes of them, in F32. Every other format that calls its tensors so is refused.
 * Source: `convert_moe_packed_tensors` in transformers' `integrations/mxfp4.py`.
 */
export function withWidenedBlocks(
  config: JsonObject,
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, CheckpointTensor> {
  if (!architectureNames(config).includes("GptOssForCausalLM")) return tensors;
  const widened = new Map<string, CheckpointTensor>();
  const gone = new Set<string>();
  for (const [name, blocks] of tensors) {
    const plain = /^(.+)_blocks$/.exec(name)?.[1];
    const scales = plain === undefined ? undefined : tensors.get(`${plain}_scales`);
    if (plain === undefined || !scales || tensors.has(plain) || !areBlocks(blocks, scales)) continue;
    const [experts = 0, rows = 0, groups = 0] = blocks.shape;
    const columns = groups * BLOCK;
    const grid = { rows, columns, blockRows: 1, blockColumns: BLOCK };
    const shape = [experts, columns, rows];
    widened.set(name, { ...blocks, name: plain, dtype: "F32", shape, scaled: { dtype: "F4", scales, grid } });
    gone.add(scales.name);
  }
  if (widened.size === 0) return tensors;
  return new Map(
    [...tensors].flatMap(([name, tensor]): [string, CheckpointTensor][] => {
      const made = widened.get(name);
      return gone.has(name) ? [] : [[made?.name ?? name, made ?? tensor]];
    }),
  );
}

function areBlocks(blocks: StoredTensor, scales: StoredTensor): boolean {
  const groups = blocks.shape.slice(0, -1);
  return (
    blocks.dtype === "U8" &&
    scales.dtype === "U8" &&
    blocks.shape.length === 4 &&
    blocks.shape[3] === BLOCK_BYTES &&
    elementCount(blocks.shape) > 0 &&
    scales.shape.length === groups.length &&
    groups.every((size, axis) => size === scales.shape[axis])
  );
}

/** Bytes of a plane's codes, and of its scales. */
export function planeBytes({ rows, columns }: CodedPlane): { readonly codes: number; readonly scales: number } {
  return { codes: (rows * columns) / 2, scales: (rows * columns) / BLOCK };
}

/**
 * Elements [start, end) of a plane as it is read, [columns, rows]: code · 2^(scale − 127), exact in f32. The scale 255 is NaN.
 * @param codes of the whole plane, row by row
 * @param scales of the whole plane, one byte each
 */
export function widenPlane(
  codes: Uint8Array,
  scales: Uint8Array,
  { rows, columns }: CodedPlane,
  start: number,
  end: number,
): Floats {
  const values = new Float32Array(end - start);
  const perRow = columns / BLOCK;
  for (let at = start; at < end; at++) {
    const column = Math.floor(at / rows);
    const row = at - column * rows;
    const byte = codes[(row * columns + column) >>> 1] ?? 0;
    const code = column % 2 === 0 ? byte & 15 : byte >>> 4;
    const scale = scales[row * perRow + (column >>> 5)] ?? 0;
    values[at - start] = scale === 255 ? Number.NaN : (FP4[code] ?? 0) * 2 ** (scale - 127);
  }
  return values;
}
