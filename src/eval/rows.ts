import type { Floats } from "../base/bytes";
import { largest } from "../base/lists";
import type { LanguageModel } from "../lm/types";

/** Logits on the host at a time, of one model: 220 rows of 152,000 tokens. Fewer and larger chunks read the head less often. */
const LOGIT_CHUNK_BYTES = 128 * 1024 * 1024;

/** A model and rows of its states, f32 [rows, hidden]. */
export interface Side {
  readonly model: LanguageModel;
  readonly states: Floats;
}

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
