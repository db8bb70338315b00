import { failuresOf } from "../../base/errors";
import type { Sentences } from "../../base/sentences";

/** Why an adapter cannot be opened, in English. */
export const adapterSentences = {
  "adapter/no-config": ({ model }: { model: string }) =>
    `${model} holds weights of an adapter (LoRA), but no adapter_config.json, so its scale is unknown. Add the file, or the whole adapter folder.`,
  "adapter/no-weights": ({ model, file }: { model: string; file: string | undefined }) =>
    `${model} is the folder of an adapter (LoRA) without adapter_model.safetensors.${file === undefined ? " Add the file." : ` Its weights are in ${file}, which is not read here: save it with peft as safetensors.`}`,
  "adapter/config": ({
    model,
    key,
    found,
    expected,
  }: {
    model: string;
    key: string;
    found: string;
    expected: string;
  }) =>
    `adapter_config.json of ${model} says ${found} for ${key}; ${expected} is needed. Take the file from the adapter's own repository.`,
  "adapter/kind": ({ model, kind }: { model: string; kind: string }) =>
    `${model} is an adapter of another kind than LoRA: ${kind}. Only plain LoRA is applied here; merge it into its model with peft (merge_and_unload) and name the result.`,
  "adapter/tensor": ({ model, tensor }: { model: string; tensor: string }) =>
    `${model} has a tensor ${tensor} that LoRA does not know, so what it changes cannot be told. Merge it into its model with peft (merge_and_unload) and name the result.`,
  "adapter/half": ({
    model,
    base,
    module,
    expected,
  }: {
    model: string;
    base: string | undefined;
    module: string;
    expected: string;
  }) =>
    `${model} is an adapter (LoRA) that changes ${module}, but of its two factors one is missing: ${expected}. Download it again; in recipes it stands behind its model: \`${base ?? "model"}+${model}\`.`,
  "adapter/factors": ({ model, module, a, b }: { model: string; module: string; a: string; b: string }) =>
    `The factors that ${model} has for ${module} cannot be multiplied: A is ${a}, B is ${b}. Two matrices with one rank are needed.`,
  "adapter/rank": ({
    model,
    module,
    found,
    expected,
  }: {
    model: string;
    module: string;
    found: number;
    expected: number;
  }) =>
    `${model} has rank ${found} for ${module}, but its adapter_config.json says ${expected}, and the scale depends on it. Take both files from one checkpoint.`,
  "adapter/dtype": ({ model, tensor, dtype }: { model: string; tensor: string; dtype: string }) =>
    `${tensor} of ${model} is stored as ${dtype}, which is no number to compute with. Save the adapter as F32, F16 or BF16.`,
} satisfies Sentences;

export const adapterFailure = failuresOf(adapterSentences);
