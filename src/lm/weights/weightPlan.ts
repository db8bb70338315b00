import { LEAF } from "../../compute/blocks";
import type { DeviceInfo } from "../../compute/device";
import { elementCount, type TensorFacts } from "../../formats/tensor";
import type {
  ExpertNames,
  ExpertsSpec,
  HeadNormSpec,
  LayerSpec,
  LinearSpec,
  ModelSpec,
  NormSpec,
  SharedExpertSpec,
} from "../../model/forward/spec";
import { placedBytes, placedDType } from "../../model/sources/placed";
import { lmFailure } from "../failures";
import { checkShape, type WeightNames } from "./weightNames";

/** A weight as a kernel reads it: some rows of a placed buffer. */
export interface View {
  readonly key: string;
  readonly row0: number;
}

/** What is placed in one buffer, and the weights that are found in it. */
export interface Placement {
  /** Stretches of tensors, one after the other. */
  readonly pieces: readonly { readonly tensor: string; readonly start: number; readonly end: number }[];
  readonly views: readonly View[];
  /** Bytes on the device. */
  readonly bytes: number;
}

/** Weights of a layer. Those of each expert by themselves, so that they can be placed one expert at a time. */
export interface LayerPlan {
  readonly shared: readonly Placement[];
  readonly experts: readonly (readonly Placement[])[];
  /** Of all of them. */
  readonly bytes: number;
}

/** A table [rows, hidden] that is placed in stripes: the embedding, the head. */
export interface TablePlan {
  readonly tensor: string;
  readonly rows: number;
  readonly bytesPerElement: number;
}

/** Where every weight of a spec is in a source. */
export interface WeightPlan {
  readonly embedding: TablePlan;
  readonly positions: TablePlan | undefined;
  readonly layers: readonly LayerPlan[];
  readonly norm: LayerPlan;
  readonly head: TablePlan;
  /** What is added to the logits; empty where nothing is. */
  readonly headBias: readonly Placement[];
}

/**
 * Looks up all weights of a spec, and that they have the shapes it says.
 * @throws {AwaseError} `lm/no-tensor`, `lm/shape`, `lm/too-large` for a tensor that no binding of the device can hold, `model/not-float`
 */
export function planWeights(spec: ModelSpec, names: WeightNames, device: DeviceInfo): WeightPlan {
  const { hidden, embedding, head } = spec;
  const table = (name: string) => tablePlan(names.get(name, [0, hidden]));
  const lookUp = new LookUp(names, device, undefined);
  return {
    embedding: table(embedding.table),
    positions: embedding.positions === undefined ? undefined : table(embedding.positions),
    layers: spec.layers.map((layer, at) => planLayer(layer, hidden, new LookUp(names, device, at))),
    norm: layerPlan(lookUp.norm(spec.norm, [hidden]), []),
    head: table(head.tied ? embedding.table : head.table),
    headBias: head.bias === undefined ? [] : lookUp.optional(head.bias, [0], HEAD_BIAS),
  };
}

/** The key of an expert's matrix among the weights of its layer. */
export function expertKey(expert: number, matrix: "gate" | "up" | "down"): string {
  return `expert ${expert} ${matrix}`;
}

/** The key of a norm, without `.weight`. */
export function normKey({ name }: NormSpec): string {
  return typeof name === "string" ? name : name.join("+");
}

/** The key of a layer's router. */
export const ROUTER = "router";

/** The key of what is added to a router's scores while experts are chosen. */
export const CHOICE_BIAS = "choice bias";

/** The key of the head's bias. */
export const HEAD_BIAS = "head bias";

function tablePlan(tensor: TensorFacts): TablePlan {
  return {
    tensor: tensor.name,
    rows: tensor.shape[0] ?? 0,
    bytesPerElement: placedBytes(placedDType(tensor), LEAF) / LEAF,
  };
}

function planLayer(layer: LayerSpec, hidden: number, lookUp: LookUp): LayerPlan {
  const { attention, norms, mlp } = layer;
  const { projections } = attention;
  const linears = [
    ...(projections.kind === "separate" ? [projections.q, projections.k, projections.v] : [projections.qkv]),
    attention.output,
  ];
  const shared = [
    ...linears.flatMap((linear) => lookUp.linear(linear)),
    ...[...new Set(Object.values(norms))].flatMap((norm) => (norm ? lookUp.norm(norm, [hidden]) : [])),
    ...lookUp.headNorm(attention.queryNorm, attention.heads, attention.headDim),
    ...lookUp.headNorm(attention.keyNorm, attention.kvHeads, attention.headDim),
  ];
  switch (mlp.kind) {
    case "gated":
      return layerPlan([...shared, ...[mlp.gate, mlp.up, mlp.down].flatMap((linear) => lookUp.linear(linear))], []);
    case "fused-gated":
      return layerPlan([...shared, ...[mlp.gateUp, mlp.down].flatMap((linear) => lookUp.linear(linear))], []);
    case "plain":
      return layerPlan([...shared, ...[mlp.up, mlp.down].flatMap((linear) => lookUp.linear(linear))], []);
    case "experts": {
      const experts = lookUp.experts(mlp, hidden);
      return layerPlan([...shared, ...experts.shared], experts.each);
    }
  }
}

function layerPlan(shared: readonly Placement[], experts: readonly (readonly Placement[])[]): LayerPlan {
  const bytes = [...shared, ...experts.flat()].reduce((sum, placement) => sum + placement.bytes, 0);
  return { shared, experts, bytes };
}

/** Turns the weights of one layer, or of none, into placements. */
class LookUp {
  constructor(
    private readonly names: WeightNames,
    private readonly device: DeviceInfo,
    private readonly layer: number | undefined,
  ) {}

  linear({ name, inputs, outputs, layout }: LinearSpec): readonly Placement[] {
    const shape = layout === "columns" ? [inputs, outputs] : [outputs, inputs];
    return [this.#required(`${name}.weight`, shape), ...this.optional(`${name}.bias`, [outputs])];
  }

  norm(norm: NormSpec, shape: readonly number[]): readonly Placement[] {
    const key = normKey(norm);
    if (typeof norm.name === "string") {
      return [this.#required(`${key}.weight`, shape), ...this.optional(`${key}.bias`, shape)];
    }
    const pieces = norm.name.map((name) => this.names.get(`${name}.weight`, shape, this.layer));
    return [this.#place(pieces.map(whole), [{ key: `${key}.weight`, row0: 0 }], pieces)];
  }

  headNorm(spec: HeadNormSpec | undefined, heads: number, headDim: number): readonly Placement[] {
    if (!spec) return [];
    if (spec.over === "all") return this.norm(spec.norm, [heads * headDim]);
    const stored = spec.perHead && typeof spec.norm.name === "string";
    return this.norm(spec.norm, stored ? [heads, headDim] : [headDim]);
  }

  experts(spec: ExpertsSpec, hidden: number) {
    const found = spec.names.find((names) => this.#has(names));
    const names = found ?? spec.names[0];
    if (!names) throw new TypeError("Experts have no names.");
    const router = this.names.get(`${names.router}.weight`, [spec.count, hidden], this.layer);
    const shared = [
      this.#place([whole(router)], [{ key: ROUTER, row0: 0 }], [router]),
      ...(spec.choice?.bias === undefined ? [] : this.optional(spec.choice.bias, [spec.count], CHOICE_BIAS)),
      ...(spec.shared ? this.#sharedExpert(spec.shared) : []),
    ];
    const numbers = Array.from({ length: spec.count }, (_, expert) => expert);
    if (names.kind === "each") {
      const matrix = (expert: number, kind: "gate" | "up" | "down") => {
        const name = `${names[kind].replace("{expert}", String(expert))}.weight`;
        const shape = kind === "down" ? [hidden, spec.width] : [spec.width, hidden];
        const tensor = this.names.get(name, shape, this.layer);
        return this.#place([whole(tensor)], [{ key: expertKey(expert, kind), row0: 0 }], [tensor]);
      };
      const each = numbers.map((expert) => [matrix(expert, "gate"), matrix(expert, "up"), matrix(expert, "down")]);
      return { shared, each };
    }
    const gateUp = this.names.get(names.gateUp, [spec.count, 2 * spec.width, hidden], this.layer);
    const down = this.names.get(names.down, [spec.count, hidden, spec.width], this.layer);
    const gateAndUp = (expert: number, row0: number): readonly View[] => [
      { key: expertKey(expert, "gate"), row0 },
      { key: expertKey(expert, "up"), row0: row0 + spec.width },
    ];
    if ((hidden * spec.width) % LEAF === 0) {
      const size = hidden * spec.width;
      const slice = (tensor: TensorFacts, expert: number, elements: number, views: readonly View[]) =>
        this.#place([{ tensor: tensor.name, start: expert * elements, end: (expert + 1) * elements }], views, [tensor]);
      const each = numbers.map((expert) => [
        slice(gateUp, expert, 2 * size, gateAndUp(expert, 0)),
        slice(down, expert, size, [{ key: expertKey(expert, "down"), row0: 0 }]),
      ]);
      return { shared, each };
    }
    // Experts that do not begin at the start of a leaf cannot be placed by themselves.
    const packed = [
      this.#place(
        [whole(gateUp)],
        numbers.flatMap((expert) => gateAndUp(expert, 2 * spec.width * expert)),
        [gateUp],
      ),
      this.#place(
        [whole(down)],
        numbers.map((expert) => ({ key: expertKey(expert, "down"), row0: hidden * expert })),
        [down],
      ),
    ];
    return { shared: [...shared, ...packed], each: [] };
  }

  #sharedExpert({ gate, up, down, by }: SharedExpertSpec): readonly Placement[] {
    return [gate, up, down, ...(by ? [by] : [])].flatMap((linear) => this.linear(linear));
  }

  #has(names: ExpertNames): boolean {
    const first = names.kind === "each" ? `${names.gate.replace("{expert}", "0")}.weight` : names.gateUp;
    return this.names.find(first, this.layer) !== undefined;
  }

  #required(key: string, shape: readonly number[]): Placement {
    const tensor = this.names.get(key, shape, this.layer);
    return this.#place([whole(tensor)], [{ key, row0: 0 }], [tensor]);
  }

  optional(name: string, shape: readonly number[], key = name): readonly Placement[] {
    const tensor = this.names.find(name, this.layer);
    if (!tensor) return [];
    checkShape(tensor, shape);
    return [this.#place([whole(tensor)], [{ key, row0: 0 }], [tensor])];
  }

  #place(pieces: Placement["pieces"], views: readonly View[], tensors: readonly TensorFacts[]): Placement {
    const [first] = tensors;
    if (!first) throw new TypeError("A placement has a tensor at least.");
    const elements = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
    const bytes = placedBytes(placedDType(first), elements);
    const limit = this.device.maxBindingBytes;
    if (bytes <= limit) return { pieces, views, bytes };
    throw lmFailure("lm/too-large", { tensor: first.name, needed: bytes, limit });
  }
}

function whole({ name, shape }: TensorFacts) {
  return { tensor: name, start: 0, end: elementCount(shape) };
}
