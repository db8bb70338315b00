import type { Doubles } from "../base/bytes";
import type { Device } from "../compute/device";
import { tokenTables } from "../lm/tables";
import type { Model } from "../model/model";
import { ReplacedRowsSource, type Replacement } from "../model/sources/replacedRows";
import type { TensorSource } from "../model/sources/tensorSource";
import type { DonorParameters } from "../recipe/donor/parameters";
import type { SharedTokens } from "../tokens/shared/sharedTokens";
import { lend, ProjectedRows } from "./blend/lentRows";
import { type Selection, selectRows } from "./blend/select";
import { type Alignment, align } from "./fit/alignment";
import { type Table, tableOf } from "./table";
import { sharedVocabulary } from "./vocabulary";

/** What a lender needs of a model. */
export type LendingModel = Pick<Model, "key" | "config" | "weights" | "folder">;

/** What is blended, chosen by parameters alone. */
export interface Choice {
  readonly embedding: Selection;
  /** Absent where the base's head is its embedding. */
  readonly head?: Selection;
}

/** How much of a choice is put into the base. */
export interface Strengths {
  /** Multiplies every α of the embedding; 0: it stays the base's. */
  readonly embedding: number;
  /** The same of the head. */
  readonly head: number;
}

export interface LenderOptions {
  readonly device: Device;
  /** Tokens that are shared at most, the lowest ids first; 0: all. */
  readonly maxShared: number;
  readonly signal?: AbortSignal | undefined;
  /** The share that is done. Never falls. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * A donor of any architecture, aligned with a base: lends rows of its embedding and head. Aligned once; what is blended, and how much,
 * is chosen again and again for next to nothing.
 */
export class Lender {
  private constructor(
    private readonly base: LendingModel,
    private readonly donor: LendingModel,
    private readonly embedding: ProjectedRows,
    private readonly head: ProjectedRows | undefined,
  ) {}

  /**
   * @param base may be a recipe that was not written; its own tables are what is aligned
   * @throws {AwaseError} `align/…`, `tokenizer/…`, `lm/…` for a model whose tables are not known, and what reading and computing throw
   */
  static async open(base: LendingModel, donor: LendingModel, options: LenderOptions): Promise<Lender> {
    const { device, maxShared, signal, onProgress } = options;
    const pairs = await sharedVocabulary(base, donor, maxShared, signal);
    const [own, others] = [
      tokenTables(base.config, base.weights.tensors),
      tokenTables(donor.config, donor.weights.tensors),
    ];
    const names = { base: base.key, donor: donor.key };
    const parts = own.head ? 2 : 1;
    const aligned = async (part: number, baseTable: Table, donorTable: Table) => {
      const within = (done: number) => onProgress?.((part + done) / parts);
      const tables = { base: baseTable, donor: donorTable, pairs: inside(pairs, baseTable, donorTable) };
      return new ProjectedRows(device, await align(device, tables, { names, signal, onProgress: within }));
    };
    const table = (model: LendingModel, facts: Parameters<typeof tableOf>[1]) => tableOf(model.weights, facts);
    const embedding = await aligned(0, table(base, own.embedding), table(donor, others.embedding));
    const head = own.head && (await aligned(1, table(base, own.head), table(donor, others.head ?? others.embedding)));
    return new Lender(base, donor, embedding, head);
  }

  get names(): { readonly base: string; readonly donor: string } {
    return { base: this.base.key, donor: this.donor.key };
  }

  /** Of the embeddings, and of the heads where the base has one of its own. */
  get alignments(): { readonly embedding: Alignment; readonly head?: Alignment } {
    const { embedding, head } = this;
    return { embedding: embedding.alignment, ...(head && { head: head.alignment }) };
  }

  /** How like the base's rows the donor's are, by pair. */
  cosines(softClip: boolean): { readonly embedding: Doubles; readonly head?: Doubles } {
    const { embedding, head } = this;
    return { embedding: embedding.placed(softClip).cosines, ...(head && { head: head.placed(softClip).cosines }) };
  }

  /** @param excluded ids of the base that are never blended */
  choose(parameters: DonorParameters, excluded: ReadonlySet<number> = new Set()): Choice {
    const { gamma, use_soft_clip: softClip } = parameters;
    const without = ({ pairs }: Alignment) =>
      new Set(excluded.size === 0 ? [] : [...pairs.base.keys()].filter((at) => excluded.has(pairs.base[at] ?? -1)));
    const { embedding, head } = this.alignments;
    const n = embedding.pairs.base.length;
    const embeddingRule = {
      count: Math.round(parameters.target_emb_frac * n),
      minTau: parameters.min_tau_emb,
      cap: parameters.alpha_cap_emb,
      floor: parameters.alpha_floor_emb,
      gamma,
    };
    const headRule = {
      count: parameters.target_head_rows,
      minTau: parameters.min_tau_head,
      cap: parameters.alpha_cap_head,
      floor: parameters.alpha_floor_head,
      gamma,
    };
    const cosines = this.cosines(softClip);
    return {
      embedding: selectRows(cosines.embedding, embeddingRule, without(embedding)),
      ...(head && cosines.head && { head: selectRows(cosines.head, headRule, without(head)) }),
    };
  }

  /**
   * The base with the rows of a choice. Nothing is computed before a row is asked for.
   * @param source the base's tensors, wherever they lie
   * @param only ids whose embedding is looked at; the others may stay the base's. Not for a tied base
   */
  source(
    source: TensorSource,
    choice: Choice,
    strengths: Strengths,
    { use_soft_clip: softClip }: Pick<DonorParameters, "use_soft_clip">,
    only?: ReadonlySet<number>,
  ): TensorSource {
    const replacements = new Map<string, Replacement>();
    const put = (rows: ProjectedRows, selection: Selection, strength: number, among?: ReadonlySet<number>) => {
      if (strength === 0 || selection.selected.length === 0) return;
      const lent = lend(rows, selection, { softClip, strength, ...(among && { only: among }) });
      replacements.set(rows.alignment.base.name, lent);
    };
    put(this.embedding, choice.embedding, strengths.embedding, this.head ? only : undefined);
    if (this.head && choice.head) put(this.head, choice.head, strengths.head); // every row of a head is looked at
    return new ReplacedRowsSource(source, replacements);
  }
}

/** Pairs whose rows both tables have: a tokenizer may know more tokens than a model has rows. */
function inside(pairs: SharedTokens, base: Table, donor: Table): SharedTokens {
  const fits = (at: number) => (pairs.base[at] ?? 0) < base.rows && (pairs.donor[at] ?? 0) < donor.rows;
  return { base: pairs.base.filter((_, at) => fits(at)), donor: pairs.donor.filter((_, at) => fits(at)) };
}
