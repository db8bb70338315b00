import type { TensorFacts } from "../formats/tensor";
import type { JsonObject } from "../model/model";
import { specOf } from "./specOf";
import { WeightNames } from "./weights/weightNames";

/** The tables of a model that have a row for each token. */
export interface TokenTables {
  readonly embedding: TensorFacts;
  /** Absent where the embedding stands in for it. */
  readonly head?: TensorFacts;
}

/** @throws {AwaseError} `lm/architecture`, `lm/config`, `lm/unsupported`, `lm/no-tensor`, `lm/shape` */
export function tokenTables(config: JsonObject, tensors: ReadonlyMap<string, TensorFacts>): TokenTables {
  const { architecture, hidden, embedding, head } = specOf(config);
  const names = new WeightNames(tensors, config, architecture);
  const table = (name: string) => names.get(name, [0, hidden]);
  return { embedding: table(embedding.table), ...(head.tied ? {} : { head: table(head.table) }) };
}
