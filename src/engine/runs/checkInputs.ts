import type { AwaseError } from "../../base/errors";
import { createXXHash64, type IHasher } from "../../base/hashes";
import type { ByteSource } from "../../io/types";
import type { Checkpoint } from "../../model/checkpoint";
import { engineFailure } from "../failures";
import type { InputFile } from "./inputLedger";

/**
 * Refuses to go on with other weights than a run began with: half of the output would be of one merge and half of another. What the
 * run has used so far is compared byte by byte, unless the file's version says for sure that nobody has written to it: a file that was
 * copied with its date (`cp -p`, `rsync -t`) is found, and one that was only touched goes on.
 * @param name of the run
 * @param before what the journal says
 * @param now the same files as they are now; see `inputFiles`
 * @param onCompare is told how many bytes will be read before the first is
 * @throws {AwaseError} `journal/changed`, and what reading the models throws
 */
export async function checkInputs(
  name: string,
  before: readonly InputFile[],
  now: readonly InputFile[],
  models: ReadonlyMap<string, Checkpoint>,
  onCompare: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const found = new Map(now.map((file) => [keyOf(file), file]));
  const doubtful: { readonly file: InputFile; readonly source: ByteSource }[] = [];
  for (const file of before) {
    const same = found.get(keyOf(file));
    if (!same || same.size !== file.size || same.identity !== file.identity) throw changedInput(name, file, same);
    const source = await models.get(file.model)?.source(file.file);
    const isSure = source?.version !== undefined && source.version.kind !== "date" && same.mark === file.mark;
    if (source && !isSure && file.reads.length > 0) doubtful.push({ file, source });
  }
  if (found.size !== before.length) {
    const known = new Set(before.map(keyOf));
    for (const file of now) if (!known.has(keyOf(file))) throw changedInput(name, file, file);
  }
  if (doubtful.length === 0) return;
  onCompare(doubtful.reduce((sum, { file }) => sum + bytesOf(file), 0));
  const hasher = await createXXHash64();
  for (const { file, source } of doubtful) await compare(name, file, source, hasher, signal);
}

async function compare(name: string, file: InputFile, source: ByteSource, hasher: IHasher, signal?: AbortSignal) {
  const inFileOrder = [...file.reads].sort(([a], [b]) => a - b);
  for (const [start, end, digest] of inFileOrder) {
    const bytes = await source.read(start, end, signal);
    if (hasher.init().update(bytes).digest() !== digest) throw changedBytes(name, file, start, end);
  }
}

const keyOf = ({ model, file }: InputFile) => `${model}\n${file}`;

function bytesOf({ reads }: InputFile): number {
  return reads.reduce((sum, [start, end]) => sum + end - start, 0);
}

function changedInput(name: string, { model, file, size }: InputFile, now: InputFile | undefined): AwaseError {
  const at = { found: now?.size, expected: size, start: undefined, end: undefined };
  return engineFailure("journal/changed", { name, model, file, ...at });
}

function changedBytes(name: string, { model, file, size }: InputFile, start: number, end: number): AwaseError {
  return engineFailure("journal/changed", { name, model, file, found: size, expected: size, start, end });
}
