import { type AwaseError, failuresOf } from "../base/errors";
import type { CodeOf, FactsOf, Sentences } from "../base/sentences";
import { quoted } from "./json";

interface Named {
  readonly name: string;
}

interface OfTensor extends Named {
  readonly tensor: string;
}

/** Where a tensor begins, and where what comes before it ends. */
interface Beside extends OfTensor {
  readonly start: number;
  readonly end: number;
  /** The tensor before it; undefined: the header. */
  readonly before: string | undefined;
}

function unreadable({ name }: Named, what: string): string {
  return `Cannot read ${name}: ${what}. Download or export it again.`;
}

interface OfIndex {
  /** Its file. */
  readonly index: string;
}

function unusable({ index }: OfIndex, what: string): string {
  return `Cannot use the shard index: ${index} ${what}. Download or export the model again.`;
}

function beside({ tensor, start, end, before }: Beside): string {
  const other = before === undefined ? "the header" : `tensor ${quoted(before)}`;
  return `tensor ${quoted(tensor)} begins at byte ${start}, but ${other} ends at byte ${end}`;
}

/** Files that break a rule of their format, in English. */
export const safetensorsSentences = {
  "safetensors/too-small": (of: Named & { size: number; needed: number }) =>
    unreadable(of, `the file has ${of.size} bytes, but its header length alone takes ${of.needed}`),
  "safetensors/header-too-large": (of: Named & { found: string; limit: number }) =>
    unreadable(of, `its header claims ${of.found} bytes, the limit is ${of.limit}`),
  "safetensors/header-truncated": (of: Named & { end: number; size: number }) =>
    unreadable(of, `its header ends at byte ${of.end}, but the file has ${of.size}`),
  "safetensors/not-utf8": (of: Named & { bytes: number }) =>
    unreadable(of, `its header of ${of.bytes} bytes is not UTF-8 text`),
  "safetensors/not-json": (of: Named & { bytes: number }) =>
    unreadable(of, `its header of ${of.bytes} bytes is not a JSON object`),
  "safetensors/header-excess": (of: Named & { found: string }) =>
    unreadable(of, `its header is none of a model: ${of.found}`),
  "safetensors/duplicate-name": ({ name, tensor }: { name: string | undefined; tensor: string }) =>
    name === undefined
      ? `Cannot write 2 tensors under the one name ${quoted(tensor)}. Give each output tensor its own name.`
      : unreadable({ name }, `its header has the name ${quoted(tensor)} 2 times instead of once`),
  "safetensors/bad-metadata": (of: Named & { key: string | undefined; found: string | undefined }) =>
    unreadable(
      of,
      of.key === undefined
        ? "its __metadata__ is not a map from text to text"
        : `its __metadata__ has ${quoted(of.key)}, whose value is ${of.found} instead of text`,
    ),
  "safetensors/long-name": (of: OfTensor & { found: number; limit: number }) =>
    unreadable(of, `the name of tensor ${quoted(of.tensor)} has ${of.found} characters, the limit is ${of.limit}`),
  "safetensors/bad-entry": (of: OfTensor & { from: number | undefined; to: number | undefined }) =>
    unreadable(
      of,
      of.from === undefined
        ? `tensor ${quoted(of.tensor)} has no pair of byte offsets (whole numbers from 0 to 2^53)`
        : `tensor ${quoted(of.tensor)} begins at byte ${of.from}, after its end at byte ${of.to}`,
    ),
  "safetensors/unknown-dtype": (of: OfTensor & { found: string; known: string }) =>
    unreadable(
      of,
      `tensor ${quoted(of.tensor)} has dtype ${of.found}, known are ${of.known}. If ${of.found} is a quantised format, use the full-precision model it was made from`,
    ),
  "safetensors/bad-shape": (of: OfTensor & { found: string | undefined; axes: number | undefined; limit: number }) =>
    unreadable(
      of,
      of.axes === undefined
        ? `tensor ${quoted(of.tensor)} has ${quoted(of.found ?? "")} in its shape instead of whole numbers from 0`
        : `tensor ${quoted(of.tensor)} has ${of.axes} axes, the limit is ${of.limit}`,
    ),
  "safetensors/too-large": (of: OfTensor) =>
    unreadable(of, `tensor ${quoted(of.tensor)} would have more bytes than 2^53, the most that can be addressed`),
  "safetensors/wrong-size": (of: OfTensor & { dtype: string; shape: string; expected: number; found: number }) =>
    unreadable(
      of,
      `tensor ${quoted(of.tensor)} (${of.dtype}, shape ${of.shape}) needs ${of.expected} bytes, but has ${of.found}`,
    ),
  "safetensors/truncated": (of: OfTensor & { end: number; size: number }) =>
    unreadable(
      of,
      `its header describes ${of.end} bytes, but the file has ${of.size}: it was cut short, and ${quoted(of.tensor)} is not whole`,
    ),
  "safetensors/overlap": (of: Beside) => unreadable(of, beside(of)),
  "safetensors/gap": (of: Beside) => unreadable(of, `${beside(of)}: the bytes between belong to nothing`),
  "safetensors/trailing-bytes": (of: Named & { end: number; size: number }) =>
    unreadable(of, `its last tensor ends at byte ${of.end}, but the file has ${of.size}`),

  "safetensors/index-excess": ({ found, ...of }: OfIndex & { found: string }) =>
    unusable(of, `is no index of a model: ${found}`),
  "safetensors/index-not-json": ({ characters, ...of }: OfIndex & { characters: number }) =>
    unusable(of, `(${characters} characters) is not JSON`),
  "safetensors/index-duplicate-name": ({ tensor, ...of }: OfIndex & { tensor: string }) =>
    unusable(of, `has the name ${quoted(tensor)} 2 times instead of once`),
  "safetensors/index-weight-map": ({
    tensor,
    found,
    ...of
  }: OfIndex & { tensor: string | undefined; found: string | undefined }) =>
    unusable(
      of,
      tensor === undefined
        ? "has no weight_map from tensor names to file names"
        : `gives ${quoted(tensor)} a file of type ${found} instead of text`,
    ),
  "safetensors/index-path": ({ tensor, file, ...of }: OfIndex & { tensor: string; file: string }) =>
    unusable(of, `gives ${quoted(tensor)} the file ${quoted(file)}, which is not inside the folder`),
  "safetensors/index-missing-shard": ({
    file,
    files,
    missing,
    ...of
  }: OfIndex & { file: string; files: number; missing: number }) =>
    unusable(
      of,
      `names ${files} files, but ${missing === 1 ? "one of them is" : `${missing} of them are`} not in the folder: ${missing === 1 ? "" : "the first is "}${quoted(file)}`,
    ),
  "safetensors/index-missing-tensor": ({
    file,
    tensor,
    expected,
    missing,
    ...of
  }: OfIndex & {
    file: string;
    tensor: string;
    expected: number;
    missing: number;
  }) =>
    unusable(
      of,
      `expects ${expected} tensors in ${quoted(file)}, but ${missing === 1 ? "one of them is" : `${missing} of them are`} not there: ${missing === 1 ? "" : "the first is "}${quoted(tensor)}`,
    ),
} satisfies Sentences;

export const formatFailure = failuresOf(safetensorsSentences);

type Said = typeof safetensorsSentences;

/** A maker of the errors of one file. */
export type Fault = <C extends CodeOf<Said>>(code: C, facts: Omit<FactsOf<Said, C>, "name">) => AwaseError;
