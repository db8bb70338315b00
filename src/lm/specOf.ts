import { architectures } from "../model/architectures";
import { architectureNames } from "../model/config";
import { ConfigFacts } from "../model/forward/configFacts";
import { decoderSpec } from "../model/forward/decoder";
import type { ModelSpec } from "../model/forward/spec";
import type { JsonObject } from "../model/model";
import { lmFailure } from "./failures";

/**
 * The forward pass that a config describes.
 * @throws {AwaseError} `lm/architecture` for one that is not known, `lm/config` and `lm/unsupported` for what its config says
 */
export function specOf(config: JsonObject): ModelSpec {
  const names = architectureNames(config);
  for (const architecture of names) {
    const definition = architectures.find((each) => each.architectures.includes(architecture));
    if (!definition?.forward) continue;
    const root = new ConfigFacts(config);
    const facts = (definition.text === undefined ? undefined : root.object(definition.text)) ?? root;
    return { architecture, ...decoderSpec(definition, definition.forward(facts), facts) };
  }
  const found = names.length > 0 ? names.join(", ") : "no architecture";
  const known = architectures
    .filter(({ forward }) => forward)
    .flatMap((definition) => definition.architectures)
    .join(", ");
  throw lmFailure("lm/architecture", { found, known });
}
