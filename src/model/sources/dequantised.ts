import type { Bytes } from "../../base/bytes";
import type { Device } from "../../compute/device";
import type { StoredTensor } from "../../formats/tensor";
import type { CheckpointTensor } from "../checkpoint";
import { planeBytes, widenPlane } from "../quantisation/mxfp4";
import { applyScales, type ScaledCodes, type ScaledFp4, scalesOf, widenScales } from "../quantisation/scaledCodes";
import { storedBytes } from "../storedBytes";
import { CheckpointSource, type StoredTensors } from "./checkpoint";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/** Matrices whose codes stay: of gpt-oss-120b one has 9 MB. */
const KEPT_PLANES = 4;

interface Plane {
  readonly codes: Bytes;
  readonly scales: Bytes;
}

/**
 * A model folder some of whose tensors are codes with scales: those come as the products, which are made on the host while they are
 * read. All others pass through.
 */
export class DequantisedSource implements TensorSource {
  readonly #planes = new Map<string, Promise<Plane>>();
  readonly #stored: CheckpointSource;

  constructor(private readonly model: StoredTensors & { readonly tensors: ReadonlyMap<string, CheckpointTensor> }) {
    const tensors = new Map([...model.tensors.values()].flatMap(asStored).map((tensor) => [tensor.name, tensor]));
    this.#stored = new CheckpointSource({ key: model.key, tensors, source: (file) => model.source(file) });
  }

  get tensors(): ReadonlyMap<string, CheckpointTensor> {
    return this.model.tensors;
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what reading the files throws */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const tensor = this.#find(name);
    const { scaled } = tensor;
    if (scaled?.dtype === "F4") return this.#readPlanes(tensor, scaled, start, end, signal);
    const needed = scaled && start < end ? scalesOf(scaled.grid, start, end) : undefined;
    const [bytes, scales] = await Promise.all([
      this.#stored.read(name, start, end, signal),
      scaled && needed && this.#stored.read(scaled.scales.name, needed.start, needed.end, signal),
    ]);
    if (!scaled || !scales) return bytes;
    return new Uint8Array(applyScales(bytes, scaled, widenScales(scales, scaled.scales.dtype), start).buffer);
  }

  /** @throws {AwaseError} as `read`, and `model/not-float`, `gpu/out-of-memory` */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const { dtype } = this.#find(name);
    const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
    return placeStretch({ name, dtype, start, end, read }, device, signal);
  }

  /** The codes, and the scales that they need. */
  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const tensor = this.#find(name);
    const { scaled } = tensor;
    if (scaled?.dtype === "F4") return this.#planeRanges(tensor, scaled, start, end);
    const codes = await this.#stored.ranges(name, start, end);
    if (!scaled || start === end) return codes;
    const needed = scalesOf(scaled.grid, start, end);
    return [...codes, ...(await this.#stored.ranges(scaled.scales.name, needed.start, needed.end))];
  }

  /** All scales come with the first code. */
  bytesOf(name: string, elements: number): number {
    return storedBytes(this.#find(name), elements);
  }

  same(name: string): SourceTensor | undefined {
    return this.#find(name).scaled ? undefined : { source: this.#stored, name };
  }

  /** MXFP4: matrices are stored the other way round, so that a stretch needs codes of a whole one. */
  async #readPlanes(
    { name }: CheckpointTensor,
    { grid }: ScaledFp4,
    start: number,
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<Bytes> {
    const values = new Float32Array(end - start);
    const size = grid.rows * grid.columns;
    for (let at = start; at < end; ) {
      const plane = Math.floor(at / size);
      const [from, to] = [at - plane * size, Math.min(end - plane * size, size)];
      const { codes, scales } = await this.#plane(name, plane, signal);
      values.set(widenPlane(codes, scales, grid, from, to), at - start);
      at += to - from;
    }
    return new Uint8Array(values.buffer);
  }

  /** Codes and scales of one matrix; of the last few they stay, as stretches of a tensor come in order. */
  #plane(name: string, plane: number, signal: AbortSignal | undefined): Promise<Plane> {
    const key = `${name} ${plane}`;
    const known = this.#planes.get(key);
    if (known) return known;
    const reading = this.#readPlane(name, plane, signal);
    this.#planes.set(key, reading);
    reading.catch(() => this.#planes.delete(key)); // may be tried again
    const [oldest] = this.#planes.keys();
    if (oldest !== undefined && this.#planes.size > KEPT_PLANES) this.#planes.delete(oldest);
    return reading;
  }

  async #readPlane(name: string, plane: number, signal: AbortSignal | undefined): Promise<Plane> {
    const tensor = this.#find(name);
    if (tensor.scaled?.dtype !== "F4") throw new TypeError(`${name} has no planes.`);
    const [codes, scales] = await this.#planeRanges(tensor, tensor.scaled, ...planeStretch(tensor.scaled, plane));
    if (!codes || !scales) throw new TypeError(`${name} has no plane ${plane}.`);
    const read = ({ source, start, end }: FileRange) => source.read(start, end, signal);
    const [codeBytes, scaleBytes] = await Promise.all([read(codes), read(scales)]);
    return { codes: codeBytes, scales: scaleBytes };
  }

  /** Of every matrix that begins in a stretch all of its codes and scales: the rest of the stretch was read with one before. */
  async #planeRanges(
    { file, start: at }: CheckpointTensor,
    { grid, scales }: ScaledFp4,
    start: number,
    end: number,
  ): Promise<readonly FileRange[]> {
    const size = grid.rows * grid.columns;
    const bytes = planeBytes(grid);
    const [codeFile, scaleFile] = await Promise.all([this.model.source(file), this.model.source(scales.file)]);
    const ranges: FileRange[] = [];
    for (let plane = Math.ceil(start / size); plane * size < end; plane++) {
      const [code, scale] = [at + plane * bytes.codes, scales.start + plane * bytes.scales];
      ranges.push({ source: codeFile, start: code, end: code + bytes.codes });
      ranges.push({ source: scaleFile, start: scale, end: scale + bytes.scales });
    }
    return ranges;
  }

  #find(name: string): CheckpointTensor {
    return tensorNamed(this.model.tensors, name, this.model.key);
  }
}

/** The elements of one matrix. */
function planeStretch({ grid }: ScaledFp4, plane: number): readonly [start: number, end: number] {
  const size = grid.rows * grid.columns;
  return [plane * size, (plane + 1) * size];
}

/** What lies in the files: a plain tensor, or codes and their scales. */
function asStored({ scaled, ...tensor }: CheckpointTensor): readonly StoredTensor[] {
  return scaled ? [codesOf(tensor, scaled), scaled.scales] : [tensor];
}

function codesOf(tensor: StoredTensor, { dtype }: ScaledCodes): StoredTensor {
  return { ...tensor, dtype };
}
