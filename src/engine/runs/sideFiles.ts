import { INDEX_FILE, indexJson } from "../../formats/indexJson";
import { isFault } from "../../io/store/fileProof";
import type { ByteSource } from "../../io/types";
import { findMethod } from "../../merge/registry";
import { modelCard } from "../../model/card";
import type { Model } from "../../model/model";
import { planModels } from "../../recipe/plan/inputs/planModels";
import type { MergePlan, SideFile } from "../../recipe/plan/plan";
import { editedFile } from "../../tokens/building/editedFiles";
import type { OutputPlace } from "../machine/environment";
import type { Hasher } from "../machine/hashing";
import type { OutputFile } from "../protocol/protocol";
import { chunksOf, hashSource, writeFile } from "./fileCopy";
import type { RunJournal } from "./journal";
import type { WeightWriter } from "./output";
import { CARD_FILE, outputPaths } from "./outputFiles";

export interface SideFileRun {
  readonly plan: MergePlan;
  /** Those that are open. */
  readonly models: ReadonlyMap<string, Model>;
  readonly writer: WeightWriter;
  readonly place: OutputPlace;
  readonly journal: RunJournal;
  readonly newHasher: () => Promise<Hasher>;
  /** Of the output, for its model card. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes everything of the output folder but the weights, in the order of `outputPaths`: `config.json` last, because
 * without it a folder is no model to any reader. Files that an earlier try delivered are left as they are.
 */
export async function writeSideFiles(asked: SideFileRun): Promise<void> {
  const { plan, writer, journal, signal } = asked;
  const run = { ...asked, models: planModels(plan, asked.models) };
  const { shards } = writer;
  // In the order of the shards: one that was taken up again is delivered after its successors.
  const weights = shards.flatMap((shard) => journal.record.files.filter(({ path }) => path === shard.file));
  const made: readonly SideFile[] = [
    { path: CARD_FILE, kind: "text", text: cardOf(run, weights) },
    { path: INDEX_FILE, kind: "text", text: indexJson(shards.flatMap(({ tensors }) => tensors)) },
  ];
  const files = new Map([...plan.sideFiles, ...made].map((file) => [file.path, file]));
  const done = new Set(journal.record.files.map(({ path }) => path));
  for (const path of outputPaths(plan, shards)) {
    const file = files.get(path);
    if (!file || done.has(path)) continue;
    signal?.throwIfAborted();
    await deliver(file, run);
  }
}

async function deliver(file: SideFile, run: SideFileRun): Promise<void> {
  const { place, journal, signal } = run;
  await write(file, run);
  const written = await place.folder.open(file.path, signal);
  const sha256 = await hashSource(written, await run.newHasher(), signal);
  await place.delivery?.copy(file.path, signal);
  const entry: OutputFile = { path: file.path, size: written.size, sha256 };
  await journal.note({ files: [...journal.record.files, entry] });
  await place.delivery?.dropStaged(file.path);
}

async function write(file: SideFile, { place, models, signal }: SideFileRun): Promise<void> {
  if (file.kind === "text") {
    const bytes = new TextEncoder().encode(file.text);
    return writeFile(place.output, file.path, bytes.length, [bytes]);
  }
  if (file.kind === "edited") {
    const bytes = new TextEncoder().encode(await editedText(file, models, signal));
    return writeFile(place.output, file.path, bytes.length, [bytes]);
  }
  const source = await models.get(file.model)?.folder.open(file.from, signal);
  if (!source) throw new TypeError(`The plan copies ${file.from} of ${file.model}, which is not loaded.`);
  await holdWhole(source, signal);
  return writeFile(place.output, file.path, source.size, chunksOf(source, signal));
}

/** @throws {AwaseError} `hub/bad-hash` */
async function editedText(
  { model, from, edit }: Extract<SideFile, { kind: "edited" }>,
  models: SideFileRun["models"],
  signal?: AbortSignal,
): Promise<string> {
  if (from === undefined) return editedFile("{}", edit);
  const source = await models.get(model)?.folder.open(from, signal);
  if (!source) throw new TypeError(`The plan edits ${from} of ${model}, which is not loaded.`);
  await holdWhole(source, signal);
  return editedFile(new TextDecoder().decode(await source.read(0, source.size, signal)), edit);
}

/** Before a byte of a file is copied, all of it is what the Hub publishes. @throws {AwaseError} `hub/bad-hash` */
async function holdWhole({ proof }: ByteSource, signal?: AbortSignal): Promise<void> {
  try {
    await proof?.hold([], false, signal);
  } catch (error) {
    if (isFault(error)) await proof?.forget();
    throw error;
  }
}

/** The model card, made once the weights and their hashes are known. A mixture has no method. */
function cardOf({ name, plan }: Pick<SideFileRun, "name" | "plan">, weights: readonly OutputFile[]): string {
  const method = plan.mixture ? { label: "Mixture of experts" } : findMethod(plan.method);
  return modelCard({ name, plan, method, weights });
}
