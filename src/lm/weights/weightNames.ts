import type { TensorFacts } from "../../formats/tensor";
import { findTensor, layerName, type Weight } from "../../model/layout/layout";
import { layoutOf } from "../../model/layout/layoutOf";
import type { JsonObject } from "../../model/model";
import { lmFailure } from "../failures";

/** Finds tensors of a model by their canonical names, whatever name the files give them. */
export class WeightNames {
  readonly #weights: ReadonlyMap<string, Weight>;
  readonly #root: string;

  constructor(
    private readonly tensors: ReadonlyMap<string, TensorFacts>,
    config: JsonObject,
    architecture: string,
  ) {
    const { modules, definition } = layoutOf([{ key: "", config, tensors }], architecture);
    const weights = modules.flatMap(({ pre, layer, post }) => [...pre, ...layer, ...post]);
    this.#weights = new Map(weights.map((weight) => [weight.name, weight]));
    this.#root = definition?.root ?? "";
  }

  /** @param layer number of the layer that `name` is relative to; absent for names outside of layers */
  find(name: string, layer?: number): TensorFacts | undefined {
    const weight = this.#weights.get(layer === undefined ? name : layerName(this.#root, name));
    return weight && findTensor({ tensors: this.tensors }, weight, layer)?.tensor;
  }

  /**
   * A tensor of a shape that must be there.
   * @throws {AwaseError} `lm/no-tensor`, `lm/shape`
   */
  get(name: string, shape: readonly number[], layer?: number): TensorFacts {
    const found = this.find(name, layer);
    if (!found) {
      const tensor = layer === undefined ? name : layerName(this.#root, name).replace("{layer}", String(layer));
      throw lmFailure("lm/no-tensor", { tensor });
    }
    checkShape(found, shape);
    return found;
  }
}

/** @throws {AwaseError} `lm/shape`. A 0 in the expected shape stands for any size. */
export function checkShape({ name, shape }: TensorFacts, expected: readonly number[]): void {
  const fits = shape.length === expected.length && shape.every((size, i) => expected[i] === 0 || size === expected[i]);
  if (fits) return;
  throw lmFailure("lm/shape", { tensor: name, found: shown(shape), expected: shown(expected) });
}

function shown(sizes: readonly number[]): string {
  return `[${sizes.map((size) => size || "any").join(", ")}]`;
}
