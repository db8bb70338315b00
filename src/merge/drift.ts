import driftWgsl from "../../shaders/merge/drift.wgsl?raw";
import { blockLayout, packedBytes } from "../compute/blockSize";
import type { Blocks, PackedBlock } from "../compute/blocks";
import type { Device } from "../compute/device";
import { sum } from "../compute/kernels/reduce/sum";
import type { TermsDefinition } from "../compute/kernels/reduce/terms";
import { isFloatDType, type OutputDType } from "../formats/dtypes";
import { elementCount, type TensorFacts } from "../formats/tensor";
import { placedBytes, placedDType } from "../model/sources/placed";
import type { PlacedTensor, TensorSource } from "../model/sources/tensorSource";

/** How a merge changed one tensor against the base. Norms are Frobenius norms, over what is finite in both. */
export interface TensorDrift {
  readonly tensor: string;
  /** Layer it belongs to; absent outside of layers. */
  readonly layer?: number;
  /** ‖merged − base‖ / ‖base‖; 0 where nothing changed, Infinity where only the base is zero. */
  readonly relative: number;
  /** ‖merged‖ / ‖base‖. */
  readonly norm: number;
  /** NaN and Inf in the merged tensor. */
  readonly nonFinite: number;
}

export interface DriftOptions {
  /** Layer of the tensor, to be passed on. */
  readonly layer?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares a merged tensor with the base's on a device. Where one has more rows (a vocabulary that grew), those both have count.
 * @returns `undefined` where there is nothing to compare: the base lacks the tensor, its rows are of another length, or it holds integers
 * @throws {AwaseError} what placing the tensors throws
 */
export async function tensorDrift(
  base: TensorSource,
  merged: TensorSource,
  name: string,
  device: Device,
  { layer, signal }: DriftOptions = {},
): Promise<TensorDrift | undefined> {
  const [from, to] = [base.tensors.get(name), merged.tensors.get(name)];
  if (!from || !to || !alike(from, to) || !isFloatDType(from.dtype) || !isFloatDType(to.dtype)) return undefined;
  const count = Math.min(elementCount(from.shape), elementCount(to.shape));
  const blocks = pairs(base, merged, name, [placedDType(from), placedDType(to)], count, device, signal);
  const [base2 = 0, merged2 = 0, moved2 = 0, nonFinite = 0] = await sum(
    device,
    blocks,
    { terms: driftTerms, uniforms: () => ({}) },
    signal,
  );
  return {
    tensor: name,
    ...(layer === undefined ? {} : { layer }),
    relative: moved2 === 0 ? 0 : Math.sqrt(moved2 / base2),
    norm: merged2 === base2 ? 1 : Math.sqrt(merged2 / base2),
    nonFinite,
  };
}

const driftTerms: TermsDefinition<Record<string, never>> = {
  name: "drift",
  terms: () => 4,
  wgsl: driftWgsl,
  uniforms: {},
  reference([base = new Float32Array(), merged = new Float32Array()], [base2, merged2, moved2, odd]) {
    if (!base2 || !merged2 || !moved2 || !odd) throw new TypeError("Drift has four terms.");
    for (let i = 0; i < base.length; i++) {
      const [b, m] = [base[i] ?? 0, merged[i] ?? 0];
      odd[i] = Number.isFinite(m) ? 0 : 1;
      if (!Number.isFinite(b) || !Number.isFinite(m)) continue;
      const moved = Math.fround(m - b);
      base2[i] = b * b;
      merged2[i] = m * m;
      moved2[i] = moved * moved;
    }
  },
  tiles(tiles, [base = tiles.take(), merged = tiles.take()], take) {
    const [one, known] = [tiles.fill(1), tiles.finite(merged)];
    tiles.without(one, one, known);
    const both = tiles.finite(base);
    tiles.within(both, both, known);
    for (const [term, value] of [base, merged, tiles.difference(merged, base)].entries()) {
      const square = tiles.product(value, value);
      tiles.within(square, square, both);
      take(term, square);
    }
    take(3, one);
  },
};

/** The same rows, of which one may have more. */
function alike({ shape: a }: TensorFacts, { shape: b }: TensorFacts): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis] || (axis === 0 && a.length > 1));
}

/** Stretches of a tensor of two sources, packed side by side. */
function pairs(
  base: TensorSource,
  merged: TensorSource,
  name: string,
  dtypes: readonly [OutputDType, OutputDType],
  count: number,
  device: Device,
  signal: AbortSignal | undefined,
): Blocks {
  const { elements } = blockLayout({ inputs: dtypes, output: "F32", count }, device.info);
  return {
    count,
    dtypes,
    async *[Symbol.asyncIterator]() {
      for (let start = 0; start < count; start += elements) {
        const end = Math.min(start + elements, count);
        using from = await base.place(name, start, end, device, signal);
        using to = await merged.place(name, start, end, device, signal);
        using block = await pack(device, start, [from, to]);
        yield block;
      }
    },
  };
}

async function pack(
  device: Device,
  start: number,
  [base, merged]: readonly [PlacedTensor, PlacedTensor],
): Promise<PackedBlock & Disposable> {
  const { count } = base;
  const second = packedBytes(base.dtype, count);
  const buffer = await device.lease(second + packedBytes(merged.dtype, count), "drift");
  device.copy(base.buffer, 0, buffer, 0, placedBytes(base.dtype, count));
  device.copy(merged.buffer, 0, buffer, second, placedBytes(merged.dtype, count));
  return { buffer, start, count, offsets: [0, second], [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}
