import { own } from "../../../base/own";
import type { OutputDType } from "../../../formats/dtypes";
import { configValue } from "../../../model/config";
import type { JsonObject } from "../../../model/model";
import { DTYPE_NAMES } from "../../parse/parse";

/** Where a config says in which type its model computes: `torch_dtype` before transformers 5, `dtype` since. */
export const DTYPE_KEYS = ["dtype", "torch_dtype"] as const;

/** The type a model computes in, if its config says one that can be written. */
export function dtypeOf(config: JsonObject = {}): OutputDType | undefined {
  for (const key of [...DTYPE_KEYS, ...DTYPE_KEYS.map((key) => `text_config.${key}`)]) {
    const said = configValue(config, key);
    const dtype = typeof said === "string" ? own(DTYPE_NAMES, said.replace(/^torch\./, "")) : undefined;
    if (dtype) return dtype;
  }
  return undefined;
}

/** As configs write it. */
export function dtypeName(dtype: OutputDType): string {
  return Object.entries(DTYPE_NAMES).find(([, value]) => value === dtype)?.[0] ?? dtype;
}
