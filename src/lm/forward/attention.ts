import type { DeviceBuffer } from "../../compute/device";
import { copyRows } from "../../compute/kernels/activations/copyRows";
import { norm } from "../../compute/kernels/activations/norm";
import { attention } from "../../compute/kernels/attention/attention";
import { rope } from "../../compute/kernels/attention/rope";
import { matmul } from "../../compute/kernels/products/matmul";
import { attentionWidths, type HeadNormSpec, type LinearSpec } from "../../model/forward/spec";
import { uploadWords } from "./activations";
import { addToResidual, type LayerStep, leaseRows } from "./layerStep";

/** Queries, keys and values of a chunk: f32 [rows, heads · headDim] each. */
interface Projected {
  readonly q: DeviceBuffer;
  readonly k: DeviceBuffer;
  readonly v: DeviceBuffer;
}

/** The attention half of a layer: what `input` sees is added to the residual stream. */
export async function attend(step: LayerStep, input: DeviceBuffer): Promise<void> {
  const { device, layer, cache, turns, rows } = step;
  const spec = layer.attention;
  const { heads, kvHeads, headDim, scale, softCap = 0, window = 0 } = spec;
  const { queries, keys } = attentionWidths(spec);
  using q = await leaseRows(step, queries, "queries");
  {
    using k = await leaseRows(step, keys, "keys");
    using v = await leaseRows(step, keys, "values");
    await project(step, input, { q, k, v });
    if (spec.queryNorm) await normHeads(step, spec.queryNorm, q, heads);
    if (spec.keyNorm) await normHeads(step, spec.keyNorm, k, kvHeads);
    if (spec.rope && turns) {
      const { rotary, interleaved } = spec.rope;
      const turn = { table: turns, positions: rows.positions, rows: rows.count, headDim, rotary, interleaved };
      await rope(device, { ...turn, x: q, heads });
      await rope(device, { ...turn, x: k, heads: kvHeads });
    }
    await copyRows(device, { x: k, y: cache.keys, to: rows.slots, m: rows.count, width: keys });
    await copyRows(device, { x: v, y: cache.values, to: rows.slots, m: rows.count, width: keys });
  }
  using out = await leaseRows(step, queries, "attended");
  await attention(device, {
    q,
    k: cache.keys,
    v: cache.values,
    out,
    rows: rows.reach,
    m: rows.count,
    sequences: rows.sequences,
    heads,
    kvHeads,
    headDim,
    scale,
    softCap,
    window,
  });
  await addToResidual(step, spec.output, out, layer.norms.afterAttention);
}

async function project(step: LayerStep, input: DeviceBuffer, { q, k, v }: Projected): Promise<void> {
  const { projections } = step.layer.attention;
  const { queries, keys } = attentionWidths(step.layer.attention);
  switch (projections.kind) {
    case "separate":
      await product(step, projections.q, input, q);
      await product(step, projections.k, input, k);
      return product(step, projections.v, input, v);
    case "stacked":
      await product(step, projections.qkv, input, q, 0, queries);
      await product(step, projections.qkv, input, k, queries, keys);
      return product(step, projections.qkv, input, v, queries + keys, keys);
    case "grouped": {
      using fused = await leaseRows(step, projections.qkv.outputs, "queries, keys, values");
      await product(step, projections.qkv, input, fused);
      return await ungroup(step, fused, { q, k, v });
    }
  }
}

/** Outputs [first, first + count) of a linear layer. */
async function product(
  { device, weights, rows }: LayerStep,
  linear: LinearSpec,
  x: DeviceBuffer,
  y: DeviceBuffer,
  first = 0,
  count = linear.outputs,
): Promise<void> {
  const { w, bias } = weights.shared.linear(linear);
  await matmul(device, {
    x,
    w: { ...w, row0: first },
    ...(bias ? { bias: { ...bias, row0: first } } : {}),
    y,
    m: rows.count,
    n: count,
    k: linear.inputs,
  });
}

/** Takes a fused product apart whose columns hold, for each key head, its queries, its key and its value. */
async function ungroup({ device, layer, rows }: LayerStep, fused: DeviceBuffer, parts: Projected): Promise<void> {
  const { heads, kvHeads, headDim } = layer.attention;
  const perGroup = heads / kvHeads;
  const groups = rows.count * kvHeads;
  const part = async (y: DeviceBuffer, first: number, count: number) => {
    const from = Uint32Array.from({ length: groups * count }, (_, i) => {
      const group = Math.floor(i / count);
      return group * (perGroup + 2) + first + (i % count);
    });
    using sources = await uploadWords(device, from, "heads of a group");
    await copyRows(device, { x: fused, y, from: sources, m: from.length, width: headDim });
  };
  await part(parts.q, 0, perGroup);
  await part(parts.k, perGroup, 1);
  await part(parts.v, perGroup + 1, 1);
}

function normHeads(step: LayerStep, spec: HeadNormSpec, x: DeviceBuffer, heads: number): Promise<void> {
  const { headDim } = step.layer.attention;
  const { kind, epsilon, offset } = spec.norm;
  const weights = step.weights.shared.norm(spec.norm);
  const each = spec.over === "head";
  return norm(step.device, {
    kind,
    x,
    y: x,
    rows: step.rows.count * (each ? heads : 1),
    width: each ? headDim : heads * headDim,
    ...weights,
    epsilon,
    offset,
    weightRows: spec.perHead ? heads : 1,
  });
}
