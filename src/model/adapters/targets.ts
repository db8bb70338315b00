import type { ModelTensor } from "../model";
import type { Adapter } from "./adapter";

/** Parts of a name that a prefix may have. */
const MAX_PREFIX_PARTS = 4;

/**
 * Which tensor of a model a name of peft's means. The names of modules in transformers and of tensors in files may begin differently
 * (`transformer.h.0`, `h.0`; `model.language_model.layers.0`, `language_model.model.layers.0`): then one beginning is put in the place of
 * another for all of them, the one under which most are found.
 * @param fits whether a tensor has the size that is wanted of it: what an encoder beside the language model may not have
 */
export function targetNames(
  adapter: Adapter,
  tensors: ReadonlyMap<string, ModelTensor>,
  fits: (name: string, tensor: ModelTensor) => boolean,
): (name: string) => string {
  const names = [
    ...adapter.products.map(({ module }) => `${module}.weight`),
    ...adapter.replacements.map(({ name }) => name),
  ];
  const hits = (rename: (name: string) => string) =>
    names.filter((name) => {
      const tensor = tensors.get(rename(name));
      return tensor && fits(name, tensor);
    }).length;
  let best = { rename: (name: string) => name, hits: hits((name) => name) };
  const sample = names.find((name) => /(^|\.)\d+\./.test(name)) ?? names[0];
  if (best.hits === names.length || sample === undefined) return best.rename;
  for (const [from, to] of beginnings(sample, tensors.keys())) {
    const rename = (name: string) =>
      tensors.has(name) || !name.startsWith(from) ? name : to + name.slice(from.length);
    const found = hits(rename);
    if (found > best.hits) best = { rename, hits: found };
  }
  return best.rename;
}

/** Pairs of beginnings after which a name and one of the model's go on alike. */
function* beginnings(sample: string, names: Iterable<string>): Generator<readonly [string, string], void, undefined> {
  const parts = sample.split(".");
  const digit = parts.findIndex((part) => /^\d+$/.test(part));
  const tails = Array.from({ length: Math.min(Math.max(digit, 0), MAX_PREFIX_PARTS) + 1 }, (_, cut) =>
    parts.slice(cut).join("."),
  );
  for (const name of names) {
    const tail = tails.find((each) => `.${name}`.endsWith(`.${each}`));
    if (tail !== undefined)
      yield [sample.slice(0, sample.length - tail.length), name.slice(0, name.length - tail.length)];
  }
}
