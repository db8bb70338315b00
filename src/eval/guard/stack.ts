import { largest } from "../../base/lists";
import type { Activations, LanguageModel, Position } from "../../lm/types";
import type { TokenIds } from "../../tokens/types";
import { type PassResult, tokensIn } from "../batch";
import type { LayerGroup } from "../types";

/** Memory for activations that are kept between layers: 64 boundaries of 2,000 tokens at width 1024. */
const KEPT_BYTES = 512 * 1024 * 1024;

/** A model in parts: who computes each, and a name for the values of each group that is the same only for the same values. */
export interface Parts {
  readonly embedding: LanguageModel;
  layers(group: LayerGroup): LanguageModel;
  readonly head: LanguageModel;
  version(group: LayerGroup): string;
}

export interface StackOptions {
  /** From the embedding up. */
  readonly groups: readonly LayerGroup[];
  readonly sequences: readonly TokenIds[];
  readonly positions: readonly Position[];
  /** Width of the activations. */
  readonly hidden: number;
  readonly signal?: AbortSignal | undefined;
}

interface Kept {
  readonly version: string;
  readonly activations: Activations;
}

/**
 * The same texts through models that differ in some groups only. What went into a group of layers is kept where it may be
 * needed again, so that a pass begins at the highest boundary below which nothing has changed.
 * Boundary b lies below the b-th group of layers; the highest one below the head.
 */
export class Stack implements Disposable {
  readonly #layers: readonly LayerGroup[];
  readonly #kept = new Map<number, Kept>();
  /** Only every so many-th boundary is kept, if there is no room for all. */
  readonly #every: number;

  constructor(private readonly options: StackOptions) {
    const { groups, sequences, hidden } = options;
    this.#layers = groups.filter(({ kind }) => kind === "layers");
    const bytes = tokensIn(sequences) * hidden * Float32Array.BYTES_PER_ELEMENT;
    this.#every = Math.ceil(((this.#layers.length + 1) * bytes) / KEPT_BYTES);
  }

  /** The boundary below a group: −1 for the embedding. */
  boundaryBelow({ kind, id }: LayerGroup): number {
    if (kind === "embedding") return -1;
    return kind === "head" ? this.#layers.length : this.#layers.findIndex((group) => group.id === id);
  }

  /**
   * Takes the texts through a model.
   * @param wanted boundaries at which activations are worth keeping for the next pass
   * @param onLayer layers done, of those that this pass needs
   */
  async run(
    parts: Parts,
    wanted: (boundary: number) => boolean,
    onLayer?: (done: number, total: number) => void,
  ): Promise<PassResult> {
    const { signal, positions } = this.options;
    const start = this.#start(parts);
    using activations = await this.#activationsAt(start, parts);
    const total = this.#layers.slice(start).reduce((sum, { from, to }) => sum + to - from, 0);
    let done = 0;
    for (let boundary = start; ; boundary++) {
      await this.#keep(boundary, parts, activations, wanted(boundary));
      const group = this.#layers[boundary];
      if (!group) break;
      const before = done;
      await parts.layers(group).layers(activations, group.from, group.to, {
        ...(signal && { signal }),
        onLayer: (layer) => onLayer?.(before + layer, total),
      });
      done += group.to - group.from;
    }
    this.#forget((boundary, version) => wanted(boundary) && version === this.#versionAt(boundary, parts));
    return {
      nll: await parts.head.nll(activations, signal),
      states: await parts.head.states(activations, positions, signal),
    };
  }

  [Symbol.dispose](): void {
    this.#forget(() => false);
  }

  /** The highest boundary whose activations are those of this model; 0 is made anew where it is not kept. */
  #start(parts: Parts): number {
    const fitting = [...this.#kept].filter(([boundary, { version }]) => version === this.#versionAt(boundary, parts));
    return largest(
      fitting.map(([boundary]) => boundary),
      0,
    );
  }

  async #activationsAt(boundary: number, parts: Parts): Promise<Activations> {
    const kept = this.#kept.get(boundary);
    if (kept?.version === this.#versionAt(boundary, parts)) return kept.activations.clone();
    const { sequences, signal } = this.options;
    return parts.embedding.embed(sequences, signal);
  }

  async #keep(boundary: number, parts: Parts, activations: Activations, wanted: boolean): Promise<void> {
    const version = this.#versionAt(boundary, parts);
    const kept = this.#kept.get(boundary);
    if (!wanted || boundary % this.#every !== 0 || kept?.version === version) return;
    kept?.activations[Symbol.dispose]();
    this.#kept.set(boundary, { version, activations: await activations.clone() });
  }

  #forget(stays: (boundary: number, version: string) => boolean): void {
    for (const [boundary, { version, activations }] of [...this.#kept]) {
      if (stays(boundary, version)) continue;
      activations[Symbol.dispose]();
      this.#kept.delete(boundary);
    }
  }

  /** Names everything that activations at a boundary depend on. */
  #versionAt(boundary: number, parts: Parts): string {
    const embedding = this.options.groups.filter(({ kind }) => kind === "embedding");
    return [...embedding, ...this.#layers.slice(0, boundary)].map((group) => parts.version(group)).join();
  }
}
