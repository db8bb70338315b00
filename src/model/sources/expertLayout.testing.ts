import { elementCount, type TensorFacts } from "../../formats/tensor";
import { toyCheckpoint } from "../checkpoint.testing";
import type { JsonObject, Model } from "../model";
import type { ExpertLayout } from "./expertLayout";

/** Values of each tensor. */
type Values = Record<string, readonly number[]>;

/** A mixture of one layer whose matrix elements say which expert, matrix and place they are of. */
export function toyModel(
  layout: ExpertLayout,
  experts: number,
  width: number,
  hidden: number,
  config: JsonObject = {},
  key: string = layout,
): Model {
  const size = width * hidden;
  const matrix = (expert: number, role: number) =>
    Array.from({ length: size }, (_, i) => Math.fround(10 * expert + role + i / size));
  const at = `model.layers.0.${layout === "w1" ? "block_sparse_moe" : "mlp"}`;
  const tensors: [string, readonly number[], readonly number[]][] = [
    [`${at}.gate.weight`, [experts, hidden], Array.from({ length: experts * hidden }, (_, i) => i)],
    ["model.norm.weight", [hidden], Array.from({ length: hidden }, () => 1)],
  ];
  const numbers = Array.from({ length: experts }, (_, expert) => expert);
  if (layout === "packed") {
    const pairs = numbers.flatMap((expert) => [...matrix(expert, 1), ...matrix(expert, 2)]);
    tensors.push([`${at}.experts.gate_up_proj`, [experts, 2 * width, hidden], pairs]);
    const downs = numbers.flatMap((expert) => matrix(expert, 3));
    tensors.push([`${at}.experts.down_proj`, [experts, hidden, width], downs]);
  } else {
    const names = layout === "w1" ? ["w1", "w3", "w2"] : ["gate_proj", "up_proj", "down_proj"];
    for (const expert of numbers) {
      for (const [role, name] of names.entries()) {
        const shape = role === 2 ? [hidden, width] : [width, hidden];
        tensors.push([`${at}.experts.${expert}.${name}.weight`, shape, matrix(expert, role + 1)]);
      }
    }
  }
  const values = new Map(tensors.map(([name, , numbers]) => [name, Float32Array.from(numbers)]));
  const shapes = Object.fromEntries(tensors.map(([name, shape]) => [name, shape]));
  const toy = toyCheckpoint(key, config, shapes);
  const facts = new Map<string, TensorFacts>(
    [...toy.tensors].map(([name, tensor]) => [name, { ...tensor, dtype: "F32" }]),
  );
  const read = async (name: string, start: number, end: number) =>
    new Uint8Array(Float32Array.from(values.get(name)?.subarray(start, end) ?? []).buffer);
  return {
    ...toy,
    tensors: new Map([...toy.tensors].map(([name, tensor]) => [name, { ...tensor, dtype: "F32" }])),
    weights: {
      tensors: facts,
      read,
      place: async () => {
        throw new Error("Nothing is placed here.");
      },
      ranges: async () => [],
      bytesOf: (_, elements) => 4 * elements,
    },
  };
}

export async function valuesOf(model: Model): Promise<Values> {
  const values: Values = {};
  for (const { name, shape } of model.tensors.values()) {
    values[name] = [...new Float32Array((await model.weights.read(name, 0, elementCount(shape))).buffer)];
  }
  return values;
}
