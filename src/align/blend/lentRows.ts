import type { Floats, Words } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { elementCount } from "../../formats/tensor";
import type { Replacement } from "../../model/sources/replacedRows";
import type { FileRange } from "../../model/sources/tensorSource";
import type { Alignment } from "../fit/alignment";
import { turnRows } from "../fit/project";
import { type PlacedRows, placeRows } from "./lengths";
import type { Selection } from "./select";

/** Host memory for rows that were projected: with another τ they are the same. */
const KEPT_BYTES = 128 * 1024 * 1024;

/** The donor's rows in the base's space, P(i) = s·(E_d[i] − μ_d)·R + μ_b, by place of the pair. Made when first asked for. */
export class ProjectedRows {
  /** Longest unused first. */
  readonly #kept = new Map<number, Floats>();
  readonly #placed = new Map<boolean, PlacedRows>();

  constructor(
    private readonly device: Device,
    readonly alignment: Alignment,
  ) {}

  /** What lengths they get, and how like the base's rows they are then. */
  placed(softClip: boolean): PlacedRows {
    const placed = this.#placed.get(softClip) ?? placeRows(this.alignment, softClip);
    this.#placed.set(softClip, placed);
    return placed;
  }

  /** f32 [places.length, d_b]. @throws what reading and computing throw */
  async rows(places: readonly number[], signal?: AbortSignal): Promise<Floats> {
    const { base, pairs } = this.alignment;
    const missing = places.filter((place) => !this.#kept.has(place));
    const made = await this.#project(missing, signal);
    const fresh = new Map(missing.map((place, at) => [place, made.subarray(at * base.width, (at + 1) * base.width)]));
    const out = new Float32Array(places.length * base.width);
    for (const [at, place] of places.entries()) {
      const known = this.#kept.get(place);
      const row = known ?? fresh.get(place);
      if (!row) throw new RangeError(`There is no pair ${place} among ${pairs.base.length}.`);
      if (known) this.#kept.delete(place);
      out.set(row, at * base.width);
    }
    for (const [at, place] of places.entries()) this.#keep(place, out.slice(at * base.width, (at + 1) * base.width));
    return out;
  }

  async #project(places: readonly number[], signal: AbortSignal | undefined): Promise<Floats> {
    const { donor, pairs, meanDonor, meanBase, rotation, scale } = this.alignment;
    if (places.length === 0) return new Float32Array();
    const ids = places.map((place) => pairs.donor[place] ?? 0);
    const turning = { meanDonor, transposed: rotation.transposed };
    const rows = await turnRows(this.device, donor, ids, turning, signal);
    const width = meanBase.length;
    for (let at = 0; at < rows.length; at++) rows[at] = scale * (rows[at] ?? 0) + (meanBase[at % width] ?? 0);
    return rows;
  }

  #keep(place: number, row: Floats): void {
    const most = Math.floor(KEPT_BYTES / row.byteLength);
    this.#kept.set(place, row);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest);
  }
}

export interface LendOptions {
  readonly softClip: boolean;
  /** Multiplies every α: what a guard halves. 1 unless given. */
  readonly strength?: number;
  /** Ids of the base whose rows are looked at; the others may stay as they are. All unless given. */
  readonly only?: ReadonlySet<number>;
}

/** The rows of a selection as what replaces rows of the base's table. */
export function lend(
  projected: ProjectedRows,
  { alpha, selected }: Selection,
  { softClip, strength = 1, only }: LendOptions,
): Replacement {
  const { pairs, donor } = projected.alignment;
  const { factors } = projected.placed(softClip);
  const places = only ? selected.filter((place) => only.has(pairs.base[place] ?? -1)) : selected;
  const rows: Words = Uint32Array.from(places, (place) => pairs.base[place] ?? 0);
  return {
    rows,
    async values(from, to, signal) {
      const wanted = places.slice(from, to);
      const values = await projected.rows(wanted, signal);
      const width = values.length / Math.max(1, wanted.length);
      for (const [at, place] of wanted.entries()) {
        const factor = factors[place] ?? 1;
        for (let j = at * width; j < (at + 1) * width; j++) values[j] = factor * (values[j] ?? 0);
      }
      return { values, shares: Float32Array.from(wanted, (place) => strength * (alpha[place] ?? 0)) };
    },
    ranges(): Promise<readonly FileRange[]> {
      return donor.source.ranges(donor.name, 0, elementCount([donor.rows, donor.width]));
    },
  };
}
