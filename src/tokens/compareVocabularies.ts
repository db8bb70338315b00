import type { Tokens } from "./vocabulary";

/** How two vocabularies name the same rows. */
export interface Comparison {
  /** Rows for which the expected vocabulary has a token. */
  readonly rows: number;
  /** Of those, rows for which the other one has another token or none. */
  readonly differing: number;
  /** The first of these. */
  readonly first?: { readonly id: number; readonly found: string | undefined; readonly expected: string };
}

const known = new WeakMap<Tokens, WeakMap<Tokens, Map<number, Comparison>>>();

/** Compares the tokens of ids [0, rows). Remembered: a plan is made anew at every keystroke, and vocabularies stay. */
export function compareVocabularies(found: Tokens, expected: Tokens, rows: number): Comparison {
  const others = known.get(found) ?? new WeakMap<Tokens, Map<number, Comparison>>();
  known.set(found, others);
  const byRows = others.get(expected) ?? new Map<number, Comparison>();
  others.set(expected, byRows);
  const comparison = byRows.get(rows) ?? compare(found, expected, rows);
  byRows.set(rows, comparison);
  return comparison;
}

function compare(found: Tokens, expected: Tokens, rows: number): Comparison {
  let [named, differing] = [0, 0];
  let first: Comparison["first"];
  for (let id = 0; id < Math.min(rows, expected.length); id++) {
    const token = expected[id];
    if (token === undefined) continue;
    named++;
    const other = found[id];
    if (other === token) continue;
    differing++;
    first ??= { id, found: other, expected: token };
  }
  return { rows: named, differing, ...(first ? { first } : {}) };
}
