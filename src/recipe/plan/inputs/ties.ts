import { configValue } from "../../../model/config";
import type { Layout } from "../../../model/layout/layout";
import type { Model } from "../../../model/model";

/**
 * Whether a model's head is its embedding, as its config says or, in silence, its architecture assumes. `undefined` for an
 * architecture that is not described and a config that does not say.
 */
export function saysTied({ config }: Model, { definition }: Layout): boolean | undefined {
  const stated = config.tie_word_embeddings ?? configValue(config, `${definition?.text}.tie_word_embeddings`);
  return typeof stated === "boolean" ? stated : definition?.tiedByDefault;
}
