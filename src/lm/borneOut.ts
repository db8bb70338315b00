import { largest } from "../base/lists";
import type { TensorFacts } from "../formats/tensor";
import { configNumber } from "../model/config";
import { modelFailure } from "../model/failures";
import type { JsonObject } from "../model/model";

const LAYERS = ["num_hidden_layers", "n_layer", "text_config.num_hidden_layers"];
const HEADS = ["num_attention_heads", "num_key_value_heads", "n_head", "text_config.num_attention_heads"];

/**
 * Refuses counts that the tensors cannot bear out, before anything is made of that many: every layer has a tensor, and every
 * head a row of one.
 * @throws {AwaseError} `lm/config`
 */
export function checkBorneOut(config: JsonObject, tensors: ReadonlyMap<string, TensorFacts>): void {
  const rows = largest(
    [...tensors.values()].map(({ shape }) => largest(shape, 0)),
    0,
  );
  const check = (key: string, most: number, what: string) => {
    const found = configNumber(config, key) ?? 0;
    if (found <= most) return;
    const expected = `at most ${most}, ${what}`;
    throw modelFailure("lm/config", { key, found: String(found), expected });
  };
  for (const key of LAYERS) check(key, tensors.size, "as many as there are tensors,");
  for (const key of HEADS) check(key, rows, "as many as the longest tensor has rows,");
}
