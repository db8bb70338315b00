import type { StoredTensor } from "../../formats/tensor";
import type { Checkpoint } from "../checkpoint";
import { quantisationKeys } from "./claim";

/** Files that some tools write beside config.json to say how weights were quantised. */
export const CLAIMING_FILES: readonly string[] = ["hf_quant_config.json", "quantize_config.json", "quant_config.json"];

const PLAIN_DTYPES: readonly string[] = ["BF16", "F16", "F32", "F64"];

/**
 * Whether it is seen at a glance that nothing of a model is quantised: weights and biases in full precision, by their usual names, and
 * nobody says otherwise. What is not seen here is looked at by `resolveQuantisation`, which leaves a plain model as it is.
 */
export function isPlain(
  { config, files }: Pick<Checkpoint, "config" | "files">,
  stored: ReadonlyMap<string, StoredTensor>,
): boolean {
  if (quantisationKeys(config).length > 0 || files.some(({ path }) => CLAIMING_FILES.includes(path))) return false;
  return [...stored.values()].every(
    ({ name, dtype }) =>
      PLAIN_DTYPES.includes(dtype) && /\.(weight|bias)$/.test(name) && !name.endsWith("centroids.weight"),
  );
}
