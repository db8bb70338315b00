import type { Floats } from "../base/bytes";
import { largest } from "../base/lists";
import type { LanguageModel } from "../lm/types";
import { type EndReading, type StateRows, type TopRow, type TopRows, topRowAt } from "./baseCache";

/** Logits on the host at a time, of one model: 220 rows of 152,000 tokens. Fewer and larger chunks read the head less often. */
const LOGIT_CHUNK_BYTES = 128 * 1024 * 1024;

/** A model and rows of its states, f32 [rows, hidden]. */
export interface Side {
  readonly model: LanguageModel;
  readonly states: Floats;
}

/** What is known of a base's rows. */
export type RowsOfBase = StateRows | TopRows;

/** What a base gave at a row: its logits, or what was kept of them. */
export type BaseRow =
  | { readonly kind: "logits"; readonly logits: Float32Array }
  | { readonly kind: "top-k"; readonly top: TopRow; readonly end: EndReading | undefined };

export interface RowReader {
  atRow?(row: number, logits: Float32Array, base: BaseRow | undefined): void;
}

export interface RowWork {
  /** Tokens that exist; what rows of the head lie above is padding. */
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
}

/** Shows readers every row of a model, beside the base's where it has that row: exactly, from its states, or as it was kept. */
export async function readRows(
  subject: Side,
  base: { readonly model: LanguageModel; readonly rows: RowsOfBase } | undefined,
  readers: readonly RowReader[],
  { width, signal }: RowWork,
): Promise<void> {
  if (readers.every(({ atRow }) => atRow === undefined)) return;
  const visit = (row: number, logits: Float32Array, of: BaseRow | undefined) => {
    for (const reader of readers) reader.atRow?.(row, logits, of);
  };
  if (base?.rows.kind === "top-k") {
    const { rows } = base;
    const of = (row: number): BaseRow | undefined =>
      row < rows.rest.length ? { kind: "top-k", top: topRowAt(rows, row), end: rows.ends[row] } : undefined;
    return visitRows([subject], width, (row, [q = NOTHING]) => visit(row, q, of(row)), signal);
  }
  const states = base?.rows.states ?? NOTHING;
  const compared = base ? states.length / base.model.facts.hidden : 0;
  const edge = compared * subject.model.facts.hidden;
  if (base && compared > 0) {
    const both = [
      { ...subject, states: subject.states.subarray(0, edge) },
      { model: base.model, states },
    ];
    await visitRows(
      both,
      width,
      (row, [q = NOTHING, p = NOTHING]) => visit(row, q, { kind: "logits", logits: p }),
      signal,
    );
  }
  const rest = { ...subject, states: subject.states.subarray(edge) };
  await visitRows([rest], width, (row, [q = NOTHING]) => visit(compared + row, q, undefined), signal);
}

const NOTHING = new Float32Array();

/**
 * Visits the logits of all rows, computed again from their states, in chunks of bounded size. `visit` gets one row of each
 * side, cut to the first `width` logits (the real vocabulary); it must not keep them.
 */
export async function visitRows(
  sides: readonly Side[],
  width: number,
  visit: (row: number, logits: readonly Float32Array[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const [first] = sides;
  if (!first) return;
  const rows = first.states.length / first.model.facts.hidden;
  const widest = largest(sides.map(({ model }) => model.facts.vocabulary));
  const chunk = Math.max(1, Math.floor(LOGIT_CHUNK_BYTES / (Float32Array.BYTES_PER_ELEMENT * widest)));
  for (let from = 0; from < rows; from += chunk) {
    const to = Math.min(rows, from + chunk);
    const chunks: Float32Array[] = [];
    for (const { model, states } of sides) {
      const { hidden } = model.facts;
      chunks.push(await model.logits(states.slice(from * hidden, to * hidden), signal));
    }
    for (let row = from; row < to; row++) {
      visit(
        row,
        sides.map(({ model }, side) => {
          const start = (row - from) * model.facts.vocabulary;
          return chunks[side]?.subarray(start, start + width) ?? new Float32Array();
        }),
      );
    }
  }
}
