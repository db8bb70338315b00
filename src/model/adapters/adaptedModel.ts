import { memo } from "../../base/memo";
import { DTYPE_BYTES, isFloatDType, OUTPUT_DTYPES } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { architectureNames } from "../config";
import { editJson } from "../jsonEdit";
import { layoutOf } from "../layout/layoutOf";
import type { Adapted, Misfit, Model, ModelTensor } from "../model";
import { AdaptedSource, type Change } from "../sources/adapted";
import type { Adapter, AdapterProduct } from "./adapter";
import { targetNames } from "./targets";

/** Two matrices [rows, columns] that one tensor is the sum of. */
type Sides = readonly [rows: number, columns: number];

/**
 * A model with a LoRA adapter applied, tensor by tensor, when one is asked for: `W + scale · B·A`, rounded once to the type in which the
 * model stores W, as peft merges it. Tensors that the adapter holds whole take the place of the model's. Made once for two opened models.
 *
 * A head that is changed and was the embedding until then becomes one of its own, and the config says so: peft changes both.
 * @param adapter a model that is an adapter
 */
export const adaptedModel: (base: Model, adapter: Model) => Adapted = memo((base: Model, adapter: Model): Adapted => {
  if (!adapter.adapter) throw new TypeError(`${adapter.key} is no adapter.`);
  const changes = new ChangeList(base, adapter.adapter);
  if (changes.misfits.length > 0) return { misfits: changes.misfits };
  const { tensors, untied } = changes;
  return {
    model: {
      ...base,
      ...(untied ? withOwnHead(base) : {}),
      key: `${base.key}+${adapter.key}`,
      tensors,
      weights: new AdaptedSource({ tensors, base: base.weights, adapter: adapter.weights, changes: changes.list }),
    },
  };
});

class ChangeList {
  readonly list = new Map<string, Change>();
  readonly misfits: Misfit[] = [];
  readonly tensors: Map<string, ModelTensor>;
  untied = false;

  constructor(
    private readonly base: Model,
    private readonly adapter: Adapter,
  ) {
    this.tensors = new Map(base.tensors);
    const products = new Map(adapter.products.map((product) => [`${product.module}.weight`, product]));
    const rename = targetNames(adapter, base.tensors, (name, { shape }) => {
      const product = products.get(name);
      return !product || this.#way(product, shape) !== undefined;
    });
    for (const product of adapter.products) this.#add(product, rename);
    for (const { name, tensor } of adapter.replacements) this.#replace(rename(name), tensor);
  }

  #add(product: AdapterProduct, rename: (name: string) => string): void {
    const { module, a, b, bias, rank, scale } = product;
    const name = rename(`${module}.weight`);
    const stored = this.#stored(name);
    const way = stored && this.#way(product, stored.shape);
    const sides = this.#sides(product)[0];
    if (!stored || !way) {
      this.misfits.push(misfit(name, sides, stored));
      return;
    }
    if (rank > 0) {
      const [left, right] =
        way === "straight"
          ? [
              { name: b.name, transposed: false },
              { name: a.name, transposed: false },
            ]
          : [
              { name: a.name, transposed: true },
              { name: b.name, transposed: true },
            ];
      const [, columns = 1] = stored.shape;
      this.#change(
        name,
        stored,
        { kind: "sum", base: stored.name, left, right, columns, rank, scale },
        bytesOf(a) + bytesOf(b),
      );
    }
    if (!bias) return;
    const biasName = rename(`${module}.bias`);
    const old = this.base.tensors.get(biasName);
    if (!old || elementCount(old.shape) !== elementCount(bias.shape)) {
      this.misfits.push(misfit(biasName, bias.shape, old));
      return;
    }
    const left = { name: bias.name, transposed: false };
    this.#change(biasName, old, { kind: "sum", base: old.name, left, columns: 1, rank: 1, scale }, bytesOf(bias));
  }

  #replace(name: string, tensor: ModelTensor): void {
    const stored = this.#stored(name);
    if (!stored || !sameShape(stored.shape, tensor.shape)) {
      this.misfits.push(misfit(name, tensor.shape, stored));
      return;
    }
    const { scaled, ...plain } = stored;
    this.tensors.set(name, { ...plain, name, dtype: dtypeOf(stored), inFiles: tensor.dtype });
    this.list.set(name, { kind: "whole", name: tensor.name });
    if (!this.base.tensors.has(name)) this.untied = true;
  }

  #change(name: string, stored: ModelTensor, change: Change, beside: number): void {
    this.tensors.set(name, { ...stored, name, dtype: dtypeOf(stored), inFiles: stored.dtype, beside });
    this.list.set(name, change);
    if (!this.base.tensors.has(name)) this.untied = true;
  }

  /** The tensor of that name, or the embedding that a head is tied to. */
  #stored(name: string): ModelTensor | undefined {
    const { base } = this;
    const own = base.tensors.get(name);
    if (own) return own;
    const head = layoutOf([base], architectureNames(base.config)[0])
      .modules.flatMap(({ post }) => post)
      .find((weight) => weight.name === name || weight.aliases.includes(name));
    return head?.tied.map((tied) => base.tensors.get(tied)).find((tensor) => tensor !== undefined);
  }

  /** How the product lies in a matrix of that shape. Of a square one the config says it. */
  #way(product: AdapterProduct, shape: readonly number[]): "straight" | "transposed" | undefined {
    const [expected, other] = this.#sides(product);
    const ways = this.#transposes(product)
      ? (["transposed", "straight"] as const)
      : (["straight", "transposed"] as const);
    if (sameShape(shape, expected)) return ways[0];
    return product.kind === "linear" && sameShape(shape, other) ? ways[1] : undefined;
  }

  /** The shape of what is added, as its config has it and turned. */
  #sides(product: AdapterProduct): readonly [Sides, Sides] {
    const { a, b } = product;
    const [outputs = 0] = b.shape;
    const [, inputs = 0] = a.shape;
    const straight: Sides = [outputs, inputs];
    const turned: Sides = [inputs, outputs];
    return this.#transposes(product) ? [turned, straight] : [straight, turned];
  }

  #transposes({ kind }: AdapterProduct): boolean {
    return kind === "embedding" || this.adapter.transposed;
  }
}

/** Sums are computed and stored in a type that every device writes. */
function dtypeOf({ dtype }: ModelTensor): ModelTensor["dtype"] {
  return isFloatDType(dtype) && !OUTPUT_DTYPES.some((known) => known === dtype) ? "F32" : dtype;
}

function withOwnHead({ configText, config }: Model): Pick<Model, "config" | "configText"> {
  const edit = { path: ["tie_word_embeddings"], value: false };
  return { configText: editJson(configText, [edit]), config: { ...config, tie_word_embeddings: false } };
}

function misfit(tensor: string, shape: readonly number[], stored: ModelTensor | undefined): Misfit {
  return { tensor, found: show(shape), ...(stored ? { expected: show(stored.shape) } : {}) };
}

function bytesOf({ dtype, shape }: ModelTensor): number {
  return elementCount(shape) * DTYPE_BYTES[dtype];
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function show(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
