import { failuresOf } from "../base/errors";
import { type Sentences, sayer } from "../base/sentences";
import { quoted } from "../formats/json";

/** A file that is something else than it should be; `expected` says what: "a safetensors file". */
interface Impostor {
  readonly model: string;
  readonly file: string;
  readonly expected: string;
}

function instead({ model, file, expected }: Impostor, found: string, advice: string): string {
  return `${file} of ${model} is ${found}, not ${expected}. ${advice}.`;
}

/** Why a model cannot be opened or used, in English. */
export const modelSentences = {
  "lm/config": ({ key, found, expected }: { key: string; found: string; expected: string }) =>
    `config.json says ${found} for ${key}; ${expected} is needed to run this model. Take the file from the model's own repository.`,
  "model/no-config": ({ model, files }: { model: string; files: number }) =>
    `${model} has no config.json among its files (${files}), so its architecture is unknown. Add the file, or the whole model folder.`,
  "model/config": ({ model, file, what }: { model: string; file: string; what: string }) =>
    `Cannot use ${file} of ${model}: ${what}. Download it again.`,
  "model/duplicate-tensor": ({
    model,
    tensor,
    first,
    second,
  }: {
    model: string;
    tensor: string;
    first: string;
    second: string;
  }) =>
    `${model} has the tensor ${tensor} 2 times, in ${first} and in ${second}, and its index names neither. Download it again.`,
  "model/file-too-large": ({
    model,
    file,
    found,
    limit,
  }: {
    model: string;
    file: string;
    found: number;
    limit: number;
  }) => `${file} of ${model} has ${found} bytes; at most ${limit} are read. This is not a file of a model.`,
  "model/snapshots": ({ model, found, folders }: { model: string; found: number; folders: string }) =>
    `${model} is a folder of the Hub's cache with ${found} snapshots, and \`refs/main\` names none of them. Name one: ${folders}.`,
  "model/no-files": ({ model }: { model: string }) =>
    `No file can be read in ${model}: it is empty, or holds nothing but links, as a snapshot of the Hub's cache does, and a browser follows none. Add the model by its id, or copy the folder with its links followed (cp -rL).`,
  "model/blobs": ({ model, blobs }: { model: string; blobs: number }) =>
    `${model} is a folder of the Hub's cache, of which only ${blobs} nameless files in blobs/ can be read: its snapshots are links that are not followed here, or were not downloaded to their end. Add the model by its id, or copy the snapshot with its links followed (cp -rL).`,
  "model/subfolders": ({ model, found, folders }: { model: string; found: number; folders: string }) =>
    `${model} has no weights of its own, but ${found} models in folders below it. Name one of them: ${folders}.`,
  "model/unfinished": ({ model, file }: { model: string; file: string }) =>
    `${model} is still being downloaded, or its download broke off: ${file} lies in it. Finish the download; if it is finished, remove that file.`,
  "model/missing-shard": ({
    model,
    found,
    expected,
    file,
  }: {
    model: string;
    found: number;
    expected: number;
    file: string;
  }) => `${model} has ${found} of the ${expected} files of its weights; ${file} is missing. Download what is missing.`,
  "model/pickle-only": ({ model, file }: { model: string; files: number; safetensors: number; file: string }) =>
    `${model} has its weights only as ${file}, a file of PyTorch that need not be a model. Of those only pytorch_model.bin and its shards are read. Use a version with model.safetensors, or convert it with transformers (save_pretrained).`,
  "model/fp8-without-scales": ({ model, tensor, dtype }: { model: string; tensor: string; dtype: string }) =>
    `${model} is quantised to fp8, and ${tensor} (${dtype}) has no scales beside it (such as ${tensor}_scale): codes alone are not weights. ` +
    "Add the missing files, or use the full-precision model it was made from.",
  "model/fp8-scales": ({
    model,
    tensor,
    shape,
    scales,
    found,
    dtype,
  }: {
    model: string;
    tensor: string;
    shape: string;
    scales: string;
    found: string;
    dtype: string;
  }) =>
    `${model} has fp8 codes in ${tensor} ${shape} and their scales in ${scales} ${found} (${dtype}), ` +
    "but which scale belongs to which code cannot be told: one for all, one for each row or one for each block was expected, in BF16, F16 or F32. " +
    "Give `weight_block_size` in its config.json if it has blocks, or use the full-precision model it was made from.",
  "model/not-float": ({ tensor, dtype }: { tensor: string; dtype: string }) =>
    `${tensor} is stored as ${dtype}, and only BF16, F16, F32, F8_E4M3 and F8_E5M2 can be computed with. ` +
    "Convert the model to one of them first.",
  "merge/no-tensor": ({ tensor, model }: { tensor: string; model: string }) =>
    `There is no tensor ${tensor} in ${model}. Ask for one that its list of tensors names.`,

  "model/quantised": ({
    model,
    format,
    tensor,
    dtype,
    way,
  }: {
    model: string;
    format: string;
    tensor: string;
    dtype: string;
    way: string | undefined;
  }) =>
    `${model} is quantised: ${format}. Its ${tensor} (${dtype}) belongs to codes, and codes that are blended or measured as if they were weights give noise. Use the full-precision model it was made from (its card usually names it)${way === undefined ? "" : `, or dequantise it first (${way})`}.`,
  "model/adapter": ({ model, base }: { model: string; base: string | undefined }) =>
    `${model} is an adapter (LoRA)${base === undefined ? "" : ` for ${base}`}, not a model. In recipes it stands behind its model: \`${base ?? "base"}+${model}\`.`,
  "model/no-weights": ({
    model,
    single,
    index,
    safetensors,
    files,
    deeper,
  }: {
    model: string;
    single: string;
    index: string;
    safetensors: number;
    files: number;
    deeper: string | undefined;
  }) =>
    `Unable to find model files at ${model}: expected ${single} or ${index}, found ${safetensors} other safetensors files among ${files} files.${deeper === undefined ? "" : ` There are weights in ${deeper}, but no config.json beside them.`} Add them, with the index if there are several.`,
  "model/lfs-pointer": ({ size, stated, ...of }: Impostor & { size: number; stated: number }) =>
    instead(
      of,
      `a pointer of Git LFS (${size} bytes, in the place of ${stated})`,
      "The files were cloned without their content: run `git lfs pull` in the folder, or download them again",
    ),
  "model/web-page": ({ size, ...of }: Impostor & { size: number }) =>
    instead(
      of,
      `a web page (${size} bytes)`,
      "What was saved is a page about the file, or one that asks to sign in. Download the file again, from its `resolve` address",
    ),
  "model/text-file": ({ size, begins, ...of }: Impostor & { size: number; begins: string }) =>
    instead(
      of,
      `a text of ${size} bytes that begins with ${quoted(begins)}`,
      "It is probably the answer of a server that refused. Download the file again",
    ),
  "model/gguf": (of: Impostor) =>
    instead(
      of,
      "a GGUF file",
      "GGUF holds quantised weights for llama.cpp and cannot be merged: use the original model in safetensors",
    ),
  "model/pickle": (of: Impostor) =>
    instead(
      of,
      "a file of PyTorch (pickle)",
      "Pickle can run code when it is opened and is never read here: use a version in safetensors, or convert it with transformers (save_pretrained)",
    ),
  "model/archive": ({ kind, ...of }: Impostor & { kind: string }) =>
    instead(of, `an archive (${kind})`, "Unpack it, and add what is in it"),
  "model/empty-file": ({ zeros, size, ...of }: Impostor & { zeros: number; size: number }) =>
    instead(
      of,
      `empty (its first ${zeros} of ${size} bytes are zeros)`,
      "The download reserved the room and never filled it. Download the file again",
    ),
  "lm/unsupported": ({ key, found, expected }: { key: string; found: string; expected: string }) =>
    `This model wants ${quoted(found)} for ${key}; its forward pass is written for ${expected}. It can be merged, but not measured.`,
} satisfies Sentences;

export const modelFailure = failuresOf(modelSentences);

/** What is put right when a model is opened, in English. */
export const remarkSentences = {
  "model/snapshot-used": ({ model, folder }: { model: string; folder: string }) =>
    `${model} is a folder of the Hub's cache; its snapshot ${folder.split("/").at(-1)} is used.`,
  "model/names-mended": ({
    model,
    changed,
    tensors,
    from,
    to,
  }: {
    model: string;
    changed: number;
    tensors: number;
    from: string;
    to: string;
  }) =>
    `${model} stores ${changed} of its ${tensors} tensors under other names than its architecture gives them; \`${from}\` is read as \`${to}\`, and so on.`,
  "model/subfolder-used": ({ model, folder }: { model: string; folder: string }) =>
    `${model} has its model in ${folder}; that folder is used.`,
} satisfies Sentences;

export const remark = sayer(remarkSentences);
