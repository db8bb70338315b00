import { failuresOf } from "../../base/errors";
import type { Sentences } from "../../base/sentences";
import { quoted } from "../json";

interface Named {
  readonly name: string;
}

/** What can be wrong with the directory of the archive. */
export type ArchiveFault =
  | "no-end"
  | "outside"
  | "too-large"
  | "entry"
  | "duplicate"
  | "compressed"
  | "encrypted"
  | "local";

const ARCHIVE: Readonly<Record<ArchiveFault, string>> = {
  "no-end": "it is cut short: an archive of PyTorch ends with a directory, and this file does not",
  outside: "its directory points outside of the file: it was cut short",
  "too-large": "its directory is larger than that of any model",
  entry: "an entry of its directory is not whole",
  duplicate: "its directory has this name twice",
  compressed: "this entry is compressed, and PyTorch stores entries as they are: another program packed it",
  encrypted: "this entry is encrypted",
  local: "this entry is not where the directory says",
};

/** What can be wrong with the description of the tensors. */
export type PickleFault = "end" | "stack" | "memo" | "value" | "text" | "bytes" | "trailing";

const PICKLE: Readonly<Record<PickleFault, string>> = {
  end: "it ends in the middle",
  stack: "it takes more values than it has put there",
  memo: "it asks for a value that it has not put there",
  value: "a value is of another kind than PyTorch writes there",
  text: "it holds text that is not UTF-8",
  bytes: "it is longer than that of any model",
  trailing: "there is more after its end",
};

/** What can be wrong with one tensor. */
export type TensorFault = "outside" | "shape" | "kind" | "no-storage" | "too-large" | "name";

const TENSOR: Readonly<Record<TensorFault, string>> = {
  outside: "lies outside of the numbers that are stored for it",
  shape: "has a shape that no tensor has",
  kind: "is of a number type that cannot be read here",
  "no-storage": "has no numbers in the file",
  "too-large": "would have more bytes than 2^53, the most that can be addressed",
  name: "has a name that is too long",
};

function unreadable({ name }: Named, what: string): string {
  return `Cannot read ${name}: ${what}. Download it again, or convert it with transformers (save_pretrained).`;
}

/** Why a file of PyTorch is not read, in English. Nothing in it is ever run: what is no tensor is refused by its name. */
export const torchSentences = {
  "torch/archive": (of: Named & { what: ArchiveFault; entry: string | undefined }) =>
    unreadable(of, `${ARCHIVE[of.what]}${of.entry === undefined ? "" : ` (${quoted(of.entry)})`}`),
  "torch/no-tensors": ({ name, found }: Named & { found: "program" | "archive" | "other" }) =>
    found === "program"
      ? `${name} is a program that was saved with PyTorch (TorchScript), not the weights of a model. Use the model's weights.`
      : `${name} is ${found === "archive" ? "a zip archive" : "a file"} without the tensors of PyTorch in it. Use the model's pytorch_model.bin or its safetensors files.`,
  "torch/calls": ({ name, found }: Named & { found: string }) =>
    found.startsWith("torch.")
      ? `${name} holds ${quoted(found)}, which is no plain tensor: a whole module, quantised, sparse or complex numbers. It is refused. Save the model's state_dict, in plain numbers.`
      : `${name} wants ${quoted(found)} to be called when it is opened. A file of weights needs no such thing, and nothing in it is run here: it is refused. Use a version with safetensors, or one from somebody you trust.`,
  "torch/opcode": ({ name, opcode, at }: Named & { opcode: string; at: number }) =>
    `${name} has an instruction ${opcode} at byte ${at} of its description, which PyTorch does not write for tensors. It is refused; nothing in it is run. Use a version with safetensors.`,
  "torch/pickle": (of: Named & { what: PickleFault; at: number }) =>
    unreadable(of, `the description of its tensors is broken at byte ${of.at}: ${PICKLE[of.what]}`),
  "torch/not-a-tensor": ({ name, key, found }: Named & { key: string | undefined; found: string }) =>
    key === undefined
      ? `${name} holds ${found} instead of a mapping from names to tensors. Save the model's state_dict alone.`
      : `${name} holds ${found} under ${quoted(key)}, where a tensor should be: it is a checkpoint of a training, not a model. Save the model's state_dict alone.`,
  "torch/tensor": (of: Named & { tensor: string; what: TensorFault; found: string }) =>
    unreadable(of, `tensor ${quoted(of.tensor)} ${TENSOR[of.what]} (${of.found})`),
  "torch/byte-order": (of: Named & { found: string }) =>
    unreadable(of, `its numbers are stored with byte order ${quoted(of.found)}, and only "little" is read`),
} satisfies Sentences;

export const torchFailure = failuresOf(torchSentences);
