import type { Bytes } from "../../base/bytes";
import { own } from "../../base/own";
import { LEAF } from "../../compute/blocks";
import type { Device } from "../../compute/device";
import { DTYPE_BYTES } from "../../formats/dtypes";
import { elementCount, type TensorFacts } from "../../formats/tensor";
import type { Model, ModelTensor } from "../model";
import { placeStretch } from "./placed";
import { tensorNamed } from "./tensorNamed";
import type { FileRange, PlacedTensor, SourceTensor, TensorSource } from "./tensorSource";

/**
 * How the matrices of a layer's experts are stored: `packed` in two tensors, as transformers 5 does, or one by one, under the names that
 * Mixtral had before (`block_sparse_moe.experts.0.w1`) or that all others have (`mlp.experts.0.gate_proj`).
 */
export type ExpertLayout = "packed" | "w1" | "gate_proj";

const EACH = /^(.+)\.(?:block_sparse_moe|mlp)\.experts\.(\d{1,6})\.(w1|w3|w2|gate_proj|up_proj|down_proj)\.weight$/;
const PACKED = /^(.+)\.mlp\.experts\.(gate_up_proj|down_proj)$/;
const ROUTER = /^(.+)\.(?:block_sparse_moe|mlp)\.gate\.weight$/;

const MATRIX: Readonly<Record<string, "gate" | "up" | "down">> = {
  w1: "gate",
  w3: "up",
  w2: "down",
  gate_proj: "gate",
  up_proj: "up",
  down_proj: "down",
};

/** How a model stores its experts; `undefined` where it has none that are known here. */
export function expertLayoutOf({ tensors }: Pick<Model, "tensors">): ExpertLayout | undefined {
  for (const [name, { shape }] of tensors) {
    if (PACKED.test(name) && shape.length === 3) return "packed";
    const matrix = EACH.exec(name)?.[3];
    if (matrix !== undefined) return matrix.startsWith("w") ? "w1" : "gate_proj";
  }
  return undefined;
}

/** Elements of a stored tensor that elements of another are. */
interface Piece {
  readonly tensor: string;
  readonly start: number;
  readonly count: number;
}

interface Made {
  readonly facts: ModelTensor;
  readonly pieces: readonly Piece[];
}

const known = new WeakMap<Model, Map<ExpertLayout, Model | undefined>>();

/**
 * The same model with its experts stored otherwise; `undefined` where that cannot be: experts of unlike shapes or types, or a layer that
 * lacks one. Nothing is copied: packed matrices are stretches of those one by one, and the other way round.
 */
export function withExperts(model: Model, layout: ExpertLayout): Model | undefined {
  const made = known.get(model) ?? new Map<ExpertLayout, Model | undefined>();
  known.set(model, made);
  if (!made.has(layout)) made.set(layout, relaid(model, layout));
  return made.get(layout);
}

function relaid(model: Model, layout: ExpertLayout): Model | undefined {
  const found = expertLayoutOf(model);
  if (found === undefined || found === layout) return model;
  const each = found === "packed" ? unpacked(model) : eachOf(model);
  if (!each) return undefined;
  const tensors = new Map<string, Made>();
  for (const [name, tensor] of model.tensors) {
    if (EACH.test(name) || PACKED.test(name)) continue;
    const router = ROUTER.exec(name)?.[1];
    const renamed =
      router === undefined ? name : `${router}.${layout === "w1" ? "block_sparse_moe" : "mlp"}.gate.weight`;
    const pieces = [{ tensor: name, start: 0, count: elementCount(tensor.shape) }];
    tensors.set(renamed, { facts: { ...tensor, name: renamed }, pieces });
  }
  for (const [prefix, experts] of each) {
    const made = layout === "packed" ? packed(prefix, experts) : oneByOne(prefix, experts, layout);
    if (!made) return undefined;
    for (const one of made) tensors.set(one.facts.name, one);
  }
  const facts = new Map([...tensors].map(([name, one]) => [name, one.facts]));
  return { ...model, tensors: facts, weights: new RelaidSource(model.weights, tensors, model.key) };
}

/** Matrices of one expert. */
type Expert = Readonly<Record<"gate" | "up" | "down", Made>>;
/** Experts by layer, in the order of their numbers. */
type Experts = ReadonlyMap<string, readonly Expert[]>;

/** Experts as they are stored one by one; `undefined` where one lacks a matrix. */
function eachOf({ tensors }: Model): Experts | undefined {
  const layers = new Map<string, Partial<Record<"gate" | "up" | "down", Made>>[]>();
  for (const [name, tensor] of tensors) {
    const [, prefix, number, matrix] = EACH.exec(name) ?? [];
    const role = matrix === undefined ? undefined : own(MATRIX, matrix);
    if (prefix === undefined || number === undefined || !role) continue;
    const experts = layers.get(prefix) ?? [];
    layers.set(prefix, experts);
    const pieces = [{ tensor: name, start: 0, count: elementCount(tensor.shape) }];
    experts[Number(number)] = { ...experts[Number(number)], [role]: { facts: tensor, pieces } };
  }
  const whole = new Map<string, readonly Expert[]>();
  for (const [prefix, experts] of layers) {
    const complete = Array.from(experts).flatMap((expert) =>
      expert?.gate && expert.up && expert.down ? { gate: expert.gate, up: expert.up, down: expert.down } : [],
    );
    if (complete.length !== experts.length) return undefined;
    whole.set(prefix, complete);
  }
  return whole;
}

/** Stretches of packed tensors: of each expert the gate, then the up matrix. */
function unpacked({ tensors }: Model): Experts | undefined {
  const layers = new Map<string, readonly Expert[]>();
  for (const [name, both] of tensors) {
    const [, prefix, kind] = PACKED.exec(name) ?? [];
    if (prefix === undefined || kind !== "gate_up_proj") continue;
    const down = tensors.get(`${prefix}.mlp.experts.down_proj`);
    const [count = 0, twice = 0, hidden = 0] = both.shape;
    const width = twice / 2;
    const fits = down && Number.isInteger(width) && String(down.shape) === String([count, hidden, width]);
    if (!fits || both.shape.length !== 3) return undefined;
    const size = width * hidden;
    const view = (tensor: ModelTensor, shape: readonly number[], start: number): Made => ({
      facts: { ...tensor, shape },
      pieces: [{ tensor: tensor.name, start, count: size }],
    });
    const experts = Array.from({ length: count }, (_, expert) => ({
      gate: view(both, [width, hidden], 2 * expert * size),
      up: view(both, [width, hidden], (2 * expert + 1) * size),
      down: view(down, [hidden, width], expert * size),
    }));
    layers.set(prefix, experts);
  }
  return layers;
}

function packed(prefix: string, experts: readonly Expert[]): readonly Made[] | undefined {
  const [first] = experts;
  if (!first) return undefined;
  const [width = 0, hidden = 0] = first.gate.facts.shape;
  const fits = experts.every(({ gate, up, down }) => {
    const alike = [gate, up, down].every(({ facts }) => facts.dtype === first.gate.facts.dtype);
    const [tall, wide] = [String([width, hidden]), String([hidden, width])];
    return (
      alike && String(gate.facts.shape) === tall && String(up.facts.shape) === tall && String(down.facts.shape) === wide
    );
  });
  if (!fits) return undefined;
  const at = `${prefix}.mlp.experts`;
  const pair = { ...first.gate.facts, name: `${at}.gate_up_proj`, shape: [experts.length, 2 * width, hidden] };
  const downs = { ...first.down.facts, name: `${at}.down_proj`, shape: [experts.length, hidden, width] };
  return [
    { facts: pair, pieces: experts.flatMap(({ gate, up }) => [...gate.pieces, ...up.pieces]) },
    { facts: downs, pieces: experts.flatMap(({ down }) => down.pieces) },
  ];
}

function oneByOne(prefix: string, experts: readonly Expert[], layout: "w1" | "gate_proj"): readonly Made[] {
  const at = `${prefix}.${layout === "w1" ? "block_sparse_moe" : "mlp"}.experts`;
  const names = Object.keys(MATRIX).filter((name) => name.startsWith("w") === (layout === "w1"));
  return experts.flatMap((expert, number) =>
    names.map((name) => {
      const made = expert[own(MATRIX, name) ?? "gate"];
      return { ...made, facts: { ...made.facts, name: `${at}.${number}.${name}.weight` } };
    }),
  );
}

/** Tensors that are stretches of others, one after the other. */
class RelaidSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, TensorFacts>;

  constructor(
    private readonly stored: TensorSource,
    private readonly made: ReadonlyMap<string, Made>,
    private readonly key: string,
  ) {
    this.tensors = new Map([...made].map(([name, { facts }]) => [name, facts]));
  }

  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    const size = DTYPE_BYTES[tensorNamed(this.tensors, name, this.key).dtype];
    const whole = new Uint8Array((end - start) * size);
    for (const { tensor, from, to, at } of this.#within(name, start, end)) {
      const aligned = from - (from % LEAF); // sources are asked from the start of a leaf
      const bytes = await this.stored.read(tensor, aligned, to, signal);
      whole.set(bytes.subarray((from - aligned) * size), (at - start) * size);
    }
    return whole;
  }

  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    const { dtype } = tensorNamed(this.tensors, name, this.key);
    const read = (from: number, to: number, stop?: AbortSignal) => this.read(name, from, to, stop);
    return placeStretch({ name, dtype, start, end, read }, device, signal);
  }

  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const parts = this.#within(name, start, end);
    return (await Promise.all(parts.map(({ tensor, from, to }) => this.stored.ranges(tensor, from, to)))).flat();
  }

  bytesOf(name: string, elements: number): number {
    const parts = this.#within(name, 0, elements);
    return parts.reduce((sum, { tensor, from, to }) => sum + this.stored.bytesOf(tensor, to - from), 0);
  }

  /** A tensor that is a whole other one, or its beginning. */
  same(name: string): SourceTensor | undefined {
    const [piece, ...more] = this.made.get(name)?.pieces ?? [];
    if (!piece || more.length > 0 || piece.start > 0) return undefined;
    return { source: this.stored, name: piece.tensor };
  }

  #within(name: string, start: number, end: number) {
    const found: { readonly tensor: string; readonly from: number; readonly to: number; readonly at: number }[] = [];
    let first = 0;
    for (const piece of this.made.get(name)?.pieces ?? []) {
      const [from, to] = [Math.max(start, first) - first, Math.min(end, first + piece.count) - first];
      if (to > from)
        found.push({ tensor: piece.tensor, from: piece.start + from, to: piece.start + to, at: first + from });
      first += piece.count;
    }
    return found;
  }
}
