import type { JsonObject, ModelTensor, OpenAdapter } from "../model";
import { adaptedModel } from "./adaptedModel";
import { readAdapter } from "./readAdapter";

/** An adapter from its config and its header, and what applies it. @throws as `readAdapter` */
export function openAdapter(key: string, config: JsonObject, tensors: ReadonlyMap<string, ModelTensor>): OpenAdapter {
  return { ...readAdapter(key, config, tensors), apply: adaptedModel };
}
