import type { Sentences } from "../../base/sentences";

/** Layers whose kind their number says. */
interface NumberedLayers {
  readonly key: string;
  readonly model: string;
  readonly layers: string;
  /** The first of them, its kind in the output and where it comes from. */
  readonly first: number;
  readonly found: string;
  readonly expected: string;
}

interface Changed {
  readonly key: string;
  readonly found: number;
  readonly expected: number;
}

/** What the output gets, and what it does not, in English: config, layer kinds, tokenizer, code. */
export const outputSentences = {
  "plan/layer-rule-written": ({ layers, keys, found }: { layers: string; keys: string; found: number }) =>
    `The architecture tells layers apart by their numbers, and slices move them: layers ${layers} of the output would be of another kind than where they come from. ${keys} in config.json says it for every layer, as transformers reads it. Programs that go by the numbers alone run these ${found} layers wrongly.`,
  "plan/layer-lists": ({ keys, layers }: { keys: string; layers: number }) =>
    `${keys} in config.json follows the slices: each of the ${layers} layers keeps the kind it has in its own model.`,
  "plan/layer-view": ({ key, layers, first, found, expected }: NumberedLayers) =>
    `\`${key}\` tells layers apart by their numbers, and no key can say it for a stack. Layers ${layers} of the output change: layer ${first} is ${expected} where it comes from, and runs as ${found}. Choose ranges that keep the rhythm, or mend the model's code.`,
  "plan/layer-kind": ({ key, model, layers, first, found, expected }: NumberedLayers) =>
    `\`${key}\` of ${model} tells layers apart by their numbers, and the slices put layers ${layers} where it means another kind: layer ${first} is ${expected}, but would be loaded as ${found}. Choose ranges that keep the rhythm.`,
  "plan/unlike-kinds": ({
    key,
    layers,
    model,
    expected,
    other,
    found,
    runs,
  }: {
    key: string;
    layers: string;
    model: string;
    expected: string;
    other: string;
    found: string;
    /** Whether the output can run such layers at all. */
    runs: "yes" | "no";
  }) =>
    `Layers of unlike kinds are merged (\`${key}\`): in layers ${layers} of the output, ${expected} of ${model} meets ${found} of ${other}. ${runs === "yes" ? `The output runs them as ${expected}.` : "Such layers have unlike tensors. Choose ranges in which the kinds agree."}`,
  "plan/layer-list-missing": ({ key, other, model }: { key: string; other: string; model: string }) =>
    `\`${key}\` in config.json of ${other} has an entry for each layer, but ${model} has no such list, so the output's cannot be made. Add the list to the config.json of ${model}, or name a base_model without it.`,
  "plan/depth-unknown": ({ model, found, expected }: { model: string; found: number; expected: number }) =>
    `The output has ${expected} layers, but config.json of ${model} does not say where it counts its ${found}. Set the number there by hand after merging.`,
  "plan/depth-inferred": ({ key, found, expected }: Changed) =>
    `\`${key}\` in config.json is set from ${found} to ${expected}, the number of layers of the output.`,
  "plan/behind-count": ({ key, found }: { key: string; found: number }) =>
    `\`${key}\` in config.json is set from ${found} to 0: no such module is written.`,
  "plan/vocabulary-size": ({ key, found, expected }: Changed) =>
    `\`${key}\` in config.json is set from ${found} to ${expected}, the rows of the merged embedding.`,
  "plan/tied-head": ({ expected }: { expected: "true" | "false" }) =>
    expected === "true"
      ? "No model has an output head of its own, so `tie_word_embeddings` in config.json is set to true."
      : "A model has an output head of its own, so one is written and `tie_word_embeddings` in config.json is set to false.",
  "plan/widened": ({ model, count, dtype }: { model: string; count: number; dtype: string }) =>
    `${model} stores ${count} tensor${count === 1 ? "" : "s"} as ${dtype} codes with scales; ${count === 1 ? "it is merged as the weight it stands" : "they are merged as the weights they stand"} for (code × scale).`,
  "plan/not-quantised": ({ key, model, format }: { key: string; model: string; format: string }) =>
    `\`${key}\` in config.json of ${model} (${format}) is left out: the output is not quantised.`,
  "plan/no-tokenizer": ({ model }: { model: string }) =>
    `${model} has no tokenizer files, so the output will have none. Add them to the model's folder.`,
  "plan/remote-code": ({ model, files }: { model: string; files: string }) =>
    `${model} needs Python code of its own${files ? ` (${files})` : " (`auto_map` in config.json)"}. Code is not copied; copy it by hand if you trust it.`,
} satisfies Sentences;
