import { createXXHash64, type IHasher } from "../../base/hashes";
import { changed } from "../../io/errors";
import type { ByteSource, UsedRange } from "../../io/types";
import type { Checkpoint } from "../../model/checkpoint";
import { weightsOf } from "../../model/sources/filed";
import { planFolders } from "../../recipe/plan/inputs/planModels";
import type { MergePlan } from "../../recipe/plan/plan";
import { type FileIdentity, fileIdentities } from "../shelf/fileIdentity";

/** A weight file that a run reads, as the journal keeps it. */
export interface InputFile extends FileIdentity {
  readonly model: string;
  /** Absent where the file has no version; see `FileVersion`. */
  readonly mark?: string;
  /**
   * What was read of it so far. Empty where nothing can be learned from it: its version says for sure that the file is the same, and
   * nobody publishes what its bytes must be.
   */
  readonly reads: readonly UsedRange[];
}

/** Every weight file of a plan's models as it is now, with nothing read of it. */
export async function inputFiles(
  plan: MergePlan,
  models: ReadonlyMap<string, Checkpoint>,
  signal?: AbortSignal,
): Promise<readonly InputFile[]> {
  const files: InputFile[] = [];
  for (const { key } of planFolders(plan)) {
    const model = models.get(key);
    if (!model) continue;
    for (const identity of await fileIdentities(model, signal)) {
      const { version } = await model.source(identity.file);
      files.push({ model: key, ...identity, ...(version ? { mark: version.mark } : {}), reads: [] });
    }
  }
  return files;
}

/**
 * Notes what a run reads of its models, so that a later try can tell whether the bytes are still those that half of its output was
 * made of.
 */
export class InputLedger {
  /** The models, their sources watched. */
  readonly models: ReadonlyMap<string, Checkpoint>;
  readonly #files: readonly (InputFile & { readonly reads: UsedRange[] })[];
  /** What was read, by file and range: a range is read again at each walk over a large tensor. */
  readonly #seen = new Map<string, string>();
  readonly #hasher: IHasher;

  private constructor(files: readonly InputFile[], models: ReadonlyMap<string, Checkpoint>, hasher: IHasher) {
    this.#files = files.map((file) => ({ ...file, reads: [...file.reads] }));
    this.#hasher = hasher;
    for (const { model, file, reads } of files) {
      for (const [start, end, digest] of reads) this.#seen.set(rangeKey(model, file, start, end), digest);
    }
    this.models = new Map([...models].map(([key, model]) => [key, this.#watched(key, model)]));
  }

  static async open(files: readonly InputFile[], models: ReadonlyMap<string, Checkpoint>): Promise<InputLedger> {
    return new InputLedger(files, models, await createXXHash64());
  }

  /** For the journal. The lists grow while the run reads. */
  get files(): readonly InputFile[] {
    return this.#files;
  }

  /** What was read of these files was wrong and is made use of no longer. */
  forget(files: readonly InputFile[]): void {
    for (const { model, file } of files) {
      const known = this.#files.find((entry) => entry.model === model && entry.file === file);
      for (const [start, end] of known?.reads.splice(0) ?? []) this.#seen.delete(rangeKey(model, file, start, end));
    }
  }

  #watched(key: string, model: Checkpoint): Checkpoint {
    const sources = new Map<string, ByteSource>();
    const source = async (file: string) => {
      const bare = await model.source(file);
      const entry = this.#files.find((known) => known.model === key && known.file === file);
      if (!entry || (bare.version?.kind === "content" && !bare.proof)) return bare;
      const watched = sources.get(file) ?? this.#watchedSource(bare, entry);
      sources.set(file, watched);
      return watched;
    };
    return { ...model, source, weights: weightsOf({ key: model.key, tensors: model.tensors, source }) };
  }

  #watchedSource(source: ByteSource, { model, file, reads }: InputFile & { readonly reads: UsedRange[] }): ByteSource {
    return {
      name: source.name,
      size: source.size,
      ...(source.version ? { version: source.version } : {}),
      expect: (ranges) => source.expect?.(ranges),
      read: async (start, end, signal) => {
        const bytes = await source.read(start, end, signal);
        const digest = this.#hasher.init().update(bytes).digest(); // one synchronous run: reads cannot mix
        const key = rangeKey(model, file, start, end);
        const before = this.#seen.get(key);
        if (before === undefined) {
          this.#seen.set(key, digest);
          reads.push([start, end, digest]);
        } else if (before !== digest) throw changed(file, start, end, source.size);
        return bytes;
      },
    };
  }
}

function rangeKey(model: string, file: string, start: number, end: number): string {
  return [model, file, start, end].join("\n");
}
