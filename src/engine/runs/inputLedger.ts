import { createXXHash64, type IHasher } from "../../base/hashes";
import { changed } from "../../io/errors";
import type { ByteSource } from "../../io/types";
import type { Checkpoint } from "../../model/checkpoint";
import { weightsOf } from "../../model/sources/filed";
import type { MergePlan } from "../../recipe/plan/plan";
import { type FileIdentity, fileIdentities } from "../shelf/fileIdentity";

/** Bytes [start, end) of a file and their xxhash64, in hex. */
export type ReadRange = readonly [start: number, end: number, digest: string];

/** A weight file that a run reads, as the journal keeps it. */
export interface InputFile extends FileIdentity {
  readonly model: string;
  /** Absent where the file has no version; see `FileVersion`. */
  readonly mark?: string;
  /**
   * What was read of it so far. Empty where its version says for sure that it is the same: a commit of the Hub never changes.
   */
  readonly reads: readonly ReadRange[];
}

/** Every weight file of a plan's models as it is now, with nothing read of it. */
export async function inputFiles(
  plan: MergePlan,
  models: ReadonlyMap<string, Checkpoint>,
  signal?: AbortSignal,
): Promise<readonly InputFile[]> {
  const files: InputFile[] = [];
  for (const { key } of plan.models) {
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
  readonly #files: readonly (InputFile & { readonly reads: ReadRange[] })[];
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

  #watched(key: string, model: Checkpoint): Checkpoint {
    const sources = new Map<string, ByteSource>();
    const source = async (file: string) => {
      const bare = await model.source(file);
      const entry = this.#files.find((known) => known.model === key && known.file === file);
      if (!entry || bare.version?.kind === "content") return bare;
      const watched = sources.get(file) ?? this.#watchedSource(bare, entry);
      sources.set(file, watched);
      return watched;
    };
    return { ...model, source, weights: weightsOf({ key: model.key, tensors: model.tensors, source }) };
  }

  #watchedSource(source: ByteSource, { model, file, reads }: InputFile & { readonly reads: ReadRange[] }): ByteSource {
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
