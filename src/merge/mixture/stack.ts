import type { Bytes, Floats } from "../../base/bytes";
import { LEAF } from "../../compute/blocks";
import type { Device } from "../../compute/device";
import { randomKey } from "../../compute/kernels/common/random";
import { narrow, widen } from "../../formats/convert";
import { DTYPE_BYTES, type DType, isFloatDType } from "../../formats/dtypes";
import { elementCount, type TensorFacts } from "../../formats/tensor";
import type { Model } from "../../model/model";
import { placeStretch } from "../../model/sources/placed";
import type { FileRange, PlacedTensor, TensorSource } from "../../model/sources/tensorSource";
import type { PlannedInput, PlannedTensor } from "../../recipe/plan/plan";
import { openInput, type TensorInput } from "../inputs";
import { normals } from "./normals";

/** Rows of routers, f32 [experts, hidden], by the name of the tensor. */
export type Routers = ReadonlyMap<string, Floats>;

/** A tensor of the host or of several models, as the only input of what is written. */
interface Stacked {
  readonly kind: "copy";
  readonly inputs: readonly [TensorInput];
  readonly count: number;
}

/**
 * What a planned `stack` or `make` is made of: inputs one after the other, or numbers.
 * @throws {AwaseError} as `openInput`
 */
export function stackOf(
  tensor: PlannedTensor,
  models: ReadonlyMap<string, Model>,
  seed: number,
  routers: Routers,
): Stacked {
  const { name, shape, inputs } = tensor;
  const count = elementCount(shape);
  const parts =
    tensor.action === "make"
      ? [madePart(tensor, count, routers)]
      : inputs.map((input) => modelPart(name, input, models, seed));
  const [first] = parts;
  const alike = first && parts.every((part) => part.dtype === first.dtype && !part.changed);
  const dtype = alike ? first.dtype : "F32";
  const source = new StackedSource({ name, dtype, shape }, parts);
  const key = parts.map((part) => part.key).join("+");
  const model = inputs.map((input) => input.model).join(", ");
  return { kind: "copy", inputs: [{ model, source, name, dtype, key }], count };
}

/** Elements of a stack that come from one place. */
interface Part {
  readonly count: number;
  readonly dtype: DType;
  /** Whether its numbers are others than those stored. */
  readonly changed: boolean;
  readonly key: string;
  /** Elements [start, end) as stored; `start` is any. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Bytes>;
  /** Does to elements from `start` on, in place, what is to be done. */
  change(values: Floats, start: number): void;
  ranges(start: number, end: number): Promise<readonly FileRange[]>;
  bytesOf(elements: number): number;
}

function modelPart(tensor: string, planned: PlannedInput, models: ReadonlyMap<string, Model>, seed: number): Part {
  const { source, name, dtype, key } = openInput(planned, planned.shape, models, {});
  const { noise = 0, scale = 1, expert = 0 } = planned.parameters;
  const deviation = Number(noise);
  const factor = Number(scale);
  const stream = randomKey(seed, `${planned.model} ${Number(expert)}`, `${tensor} ${name}`);
  const size = DTYPE_BYTES[dtype];
  return {
    count: elementCount(planned.shape),
    dtype,
    changed: deviation !== 0 || factor !== 1,
    key: `${key} ${deviation} ${factor}`,
    async read(start, end, signal) {
      const from = start - (start % LEAF); // sources are asked from the start of a leaf
      const bytes = await source.read(name, from, end, signal);
      return bytes.subarray((start - from) * size);
    },
    change(values, start) {
      const drawn = deviation === 0 ? undefined : normals(stream, start, values.length);
      for (let i = 0; i < values.length; i++) {
        values[i] = factor * ((values[i] ?? 0) + deviation * (drawn?.[i] ?? 0));
      }
    },
    ranges: (start, end) => source.ranges(name, start, end),
    bytesOf: (elements) => source.bytesOf(name, elements),
  };
}

/** Numbers that no model has. */
function madePart({ name, made }: PlannedTensor, count: number, routers: Routers): Part {
  const values = made?.kind === "router" ? routers.get(name) : new Float32Array(count);
  if (values?.length !== count) throw new TypeError(`The rows of ${name} were not made.`);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return {
    count,
    dtype: "F32",
    changed: false,
    key: `made ${name}`,
    read: async (start, end) => bytes.slice(start * 4, end * 4),
    change: () => undefined,
    ranges: async () => [],
    bytesOf: () => 0,
  };
}

/** Parts one after the other as one tensor: as stored where all are stored alike, else in F32. */
class StackedSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, TensorFacts>;

  constructor(
    private readonly facts: TensorFacts,
    private readonly parts: readonly Part[],
  ) {
    this.tensors = new Map([[facts.name, facts]]);
  }

  async read(_: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const size = DTYPE_BYTES[this.facts.dtype];
    const whole = new Uint8Array((end - start) * size);
    for (const { part, from, to, at } of this.#within(start, end)) {
      const bytes = await part.read(from, to, signal);
      whole.set(
        this.facts.dtype === part.dtype && !part.changed ? bytes : widened(part, bytes, from),
        (at - start) * size,
      );
    }
    return whole;
  }

  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
    return placeStretch({ name, dtype: this.facts.dtype, start, end, read }, device, signal);
  }

  async ranges(_: string, start: number, end: number): Promise<readonly FileRange[]> {
    const found = this.#within(start, end).map(({ part, from, to }) => part.ranges(from, to));
    return (await Promise.all(found)).flat();
  }

  bytesOf(_: string, elements: number): number {
    return this.#within(0, elements).reduce((sum, { part, from, to }) => sum + part.bytesOf(to - from), 0);
  }

  /** The parts of a stretch: which of their elements, and where in the stack they begin. */
  #within(start: number, end: number) {
    const found: { readonly part: Part; readonly from: number; readonly to: number; readonly at: number }[] = [];
    let first = 0;
    for (const part of this.parts) {
      const [from, to] = [Math.max(start, first) - first, Math.min(end, first + part.count) - first];
      if (to > from) found.push({ part, from, to, at: first + from });
      first += part.count;
    }
    return found;
  }
}

function widened(part: Part, bytes: Uint8Array, start: number): Bytes {
  if (!isFloatDType(part.dtype)) throw new TypeError(`${part.dtype} is no type of a weight.`);
  const values = widen(bytes, part.dtype);
  part.change(values, start);
  return narrow(values, "F32");
}
