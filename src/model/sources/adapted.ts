import type { Bytes, Floats } from "../../base/bytes";
import type { Device, DeviceBuffer } from "../../compute/device";
import { addProduct, addProductTo } from "../../compute/kernels/products/addProduct";
import { narrow, widen } from "../../formats/convert";
import { type DType, type FloatDType, isFloatDType, OUTPUT_DTYPES, type OutputDType } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { modelFailure } from "../failures";
import type { ModelTensor } from "../model";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { Begin, FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/** A factor as an adapter stores it; `transposed`: its rows are the columns that are wanted. */
interface Factor {
  readonly name: string;
  readonly transposed: boolean;
}

/** What an adapter does to a tensor. */
export type Change =
  /** Adds `scale · left · right` to a tensor of the base; without `right` that is a single 1, and `left` a vector. */
  | {
      readonly kind: "sum";
      readonly base: string;
      readonly left: Factor;
      readonly right?: Factor;
      readonly columns: number;
      readonly rank: number;
      readonly scale: number;
    }
  /** Puts a tensor of the adapter in its place. */
  | { readonly kind: "whole"; readonly name: string };

type Sum = Extract<Change, { kind: "sum" }>;

/** f32 [rows, rank] and [rank, columns]. */
interface Factors {
  readonly left: Floats;
  readonly right: Floats;
}

/** Tensors whose factors are kept: those that are read now and next. */
const KEPT = 3;

/**
 * A model with a low-rank change: each tensor is the base's, with a product of two thin matrices added, or one that the adapter holds
 * whole. Stretches are brought as the base stores them, and a device adds the product where they lie; the sum is rounded once to the
 * stored type. Nothing is written, and no matrix is held but the factors of a few tensors.
 */
export class AdaptedSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, ModelTensor>;
  readonly #base: TensorSource;
  readonly #adapter: TensorSource;
  readonly #changes: ReadonlyMap<string, Change>;
  /** Longest unused first. */
  readonly #factors = new Map<string, Promise<Factors>>();

  constructor(parts: {
    /** The base's, changed ones with the type that they get. */
    readonly tensors: ReadonlyMap<string, ModelTensor>;
    readonly base: TensorSource;
    readonly adapter: TensorSource;
    /** By name; what is not named is the base's. */
    readonly changes: ReadonlyMap<string, Change>;
  }) {
    this.tensors = parts.tensors;
    this.#base = parts.base;
    this.#adapter = parts.adapter;
    this.#changes = parts.changes;
  }

  /** The product is added on the host. @throws {AwaseError} `merge/no-tensor`, and what reading the files throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const change = this.#changes.get(name);
    const bytes = await this.#stored(name, start, end, signal);
    if (change?.kind !== "sum" || start === end) return bytes;
    const dtype = outputDType(this.#find(name));
    const { left, right } = await this.#factorsOf(name, change, signal);
    const { columns, rank, scale } = change;
    const values = widen(bytes, dtype);
    const rows = left.subarray(Math.floor(start / columns) * rank);
    addProductTo(values, rows, right, { count: end - start, column: start % columns, columns, rank, scale });
    return narrow(values, dtype);
  }

  /** @throws {AwaseError} as `read`, and `model/not-float`, `gpu/out-of-memory` */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const { dtype } = this.#find(name);
    const change = this.#changes.get(name);
    if (!change) return this.#base.place(name, start, end, device, signal);
    const read = (from: number, to: number, stop?: AbortSignal) => this.#stored(name, from, to, stop);
    const placed = await placeStretch({ name, dtype, start, end, read }, device, signal);
    if (change.kind === "whole") return placed;
    try {
      await this.#finish(name, change, { start, end }, { device, buffer: placed.buffer, at: 0 }, signal);
      return placed;
    } catch (error) {
      placed[Symbol.dispose]();
      throw error;
    }
  }

  begin(name: string): Begin | undefined {
    const change = this.#changes.get(name);
    if (change?.kind !== "sum") return undefined;
    return async (start, end, signal) => {
      const [bytes] = await Promise.all([
        this.#stored(name, start, end, signal),
        this.#factorsOf(name, change, signal), // so that they are there when they are needed
      ]);
      return {
        bytes,
        finish: (device, buffer, at) => this.#finish(name, change, { start, end }, { device, buffer, at }, signal),
      };
    };
  }

  /** Of a sum the base's stretch, and both factors whole. */
  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const change = this.#changes.get(name);
    if (!change) return this.#base.ranges(name, start, end);
    if (change.kind === "whole") return this.#adapter.ranges(change.name, start, end);
    const factors = factorsIn(change).map((factor) => this.#adapter.ranges(factor.name, 0, this.#count(factor)));
    return (await Promise.all([this.#base.ranges(change.base, start, end), ...factors])).flat();
  }

  bytesOf(name: string, elements: number): number {
    const change = this.#changes.get(name);
    if (!change) return this.#base.bytesOf(name, elements);
    if (change.kind === "whole") return this.#adapter.bytesOf(change.name, elements);
    const factors = factorsIn(change).map((factor) => this.#adapter.bytesOf(factor.name, this.#count(factor)));
    return factors.reduce((sum, bytes) => sum + bytes, this.#base.bytesOf(change.base, elements));
  }

  same(name: string): SourceTensor | undefined {
    const change = this.#changes.get(name);
    if (!change) return { source: this.#base, name };
    if (change.kind === "sum" || this.#adapter.tensors.get(change.name)?.dtype !== this.#find(name).dtype)
      return undefined;
    return { source: this.#adapter, name: change.name };
  }

  /** What lies in files, in the type that the tensor has here. */
  async #stored(name: string, start: number, end: number, signal: AbortSignal | undefined): Promise<Bytes> {
    const change = this.#changes.get(name);
    if (!change) return this.#base.read(name, start, end, signal);
    const [source, from] =
      change.kind === "whole" ? [this.#adapter, change.name] : ([this.#base, change.base] as const);
    const bytes = await source.read(from, start, end, signal);
    const stored = source.tensors.get(from)?.dtype;
    const { dtype } = this.#find(name);
    return stored === dtype ? bytes : narrow(widen(bytes, floatDType(from, stored)), outputDType(this.#find(name)));
  }

  async #finish(
    name: string,
    change: Sum,
    { start, end }: { readonly start: number; readonly end: number },
    { device, buffer, at }: { readonly device: Device; readonly buffer: DeviceBuffer; readonly at: number },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (start === end) return;
    const { columns, rank, scale } = change;
    const factors = await this.#factorsOf(name, change, signal);
    const rows = factors.left.subarray(Math.floor(start / columns) * rank, Math.ceil(end / columns) * rank);
    using left = await upload(device, rows, `${name} left`);
    using right = await upload(device, factors.right, `${name} right`);
    const shape = { count: end - start, column: start % columns, columns, rank, scale };
    await addProduct(device, { w: buffer, at, dtype: outputDType(this.#find(name)), ...shape, left, right });
  }

  #factorsOf(name: string, change: Sum, signal: AbortSignal | undefined): Promise<Factors> {
    const known = this.#factors.get(name);
    this.#factors.delete(name);
    // Whoever gives up must not take the factors away from others: they are small, and read to their end.
    const factors = known ?? this.#readFactors(change);
    this.#factors.set(name, factors);
    factors.catch(() => this.#factors.get(name) === factors && this.#factors.delete(name));
    const [oldest] = this.#factors.keys();
    if (oldest !== undefined && this.#factors.size > KEPT) this.#factors.delete(oldest);
    signal?.throwIfAborted();
    return factors;
  }

  async #readFactors({ left, right }: Sum): Promise<Factors> {
    const [a, b] = await Promise.all([this.#readFactor(left), right ? this.#readFactor(right) : Float32Array.of(1)]);
    return { left: a, right: b };
  }

  async #readFactor({ name, transposed }: Factor): Promise<Floats> {
    const { dtype, shape } = tensorNamed(this.#adapter.tensors, name, "the adapter");
    const values = widen(await this.#adapter.read(name, 0, elementCount(shape)), floatDType(name, dtype));
    return transposed ? turned(values, shape) : values;
  }

  #count({ name }: Factor): number {
    return elementCount(tensorNamed(this.#adapter.tensors, name, "the adapter").shape);
  }

  #find(name: string): ModelTensor {
    return tensorNamed(this.tensors, name, "the model with its adapter");
  }
}

function factorsIn({ left, right }: Sum): readonly Factor[] {
  return right ? [left, right] : [left];
}

async function upload(device: Device, values: Floats, label: string): Promise<DeviceBuffer> {
  const buffer = await device.lease(values.byteLength, label);
  device.write(buffer, 0, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return buffer;
}

function turned(values: Floats, [rows = 0, columns = 0]: readonly number[]): Floats {
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j] ?? 0;
  return out;
}

function floatDType(tensor: string, dtype: DType | undefined): FloatDType {
  if (dtype !== undefined && isFloatDType(dtype)) return dtype;
  throw modelFailure("model/not-float", { tensor, dtype: dtype ?? "nothing" });
}

function outputDType({ name, dtype }: ModelTensor): OutputDType {
  const found = OUTPUT_DTYPES.find((known) => known === dtype);
  if (found) return found;
  throw modelFailure("model/not-float", { tensor: name, dtype });
}
