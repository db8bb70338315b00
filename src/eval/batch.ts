import type { Floats } from "../base/bytes";
import { append } from "../base/lists";
import type { LanguageModel, Position } from "../lm/types";
import type { TokenIds } from "../tokens/types";

/** Tokens that go through the layers together; more are taken in several passes. 32,768 are 512 MiB at width 4096. */
const MAX_PASS_TOKENS = 2 ** 15;

/** Sequences, and the positions in them whose next-token distributions are wanted: what one pass answers. */
export interface Batch {
  readonly sequences: readonly TokenIds[];
  readonly positions: readonly Position[];
}

/** Collects what several measures ask for, so that what two of them need goes through the model once. */
export class BatchBuilder implements Batch {
  readonly sequences: TokenIds[] = [];
  readonly positions: Position[] = [];
  readonly #sequences = new Map<string, number>();
  readonly #rows = new Map<string, number>();

  /** Number of a sequence in the batch. */
  sequence(ids: TokenIds): number {
    return numberOf(this.#sequences, this.sequences, ids.join(), ids);
  }

  /** Row of a position in the batch. */
  row(sequence: number, at: number): number {
    return numberOf(this.#rows, this.positions, `${sequence}:${at}`, { sequence, at });
  }

  /** The batch as it is now; what is added later does not change it. */
  soFar(): Batch {
    return { sequences: [...this.sequences], positions: [...this.positions] };
  }
}

export interface PassResult {
  /** By sequence; see `LanguageModel.nll`. */
  readonly nll: readonly Float64Array[];
  /** f32 [positions, hidden]: rows after the final norm, in the order of the batch's positions. */
  readonly states: Floats;
}

export interface PassOptions {
  readonly signal?: AbortSignal | undefined;
  /** Tokens that are through, in fractions while they pass the layers. Never falls. */
  readonly onTokens?: ((done: number) => void) | undefined;
}

/** Takes a batch through all layers of a model. */
export async function runPass(
  model: LanguageModel,
  { sequences, positions }: Batch,
  { signal, onTokens }: PassOptions = {},
): Promise<PassResult> {
  const { hidden, layers } = model.facts;
  const nll: Float64Array[] = [];
  const states = new Float32Array(positions.length * hidden);
  let done = 0;
  for (const [from, to] of portions(sequences)) {
    const portion = sequences.slice(from, to);
    const tokens = tokensIn(portion);
    using activations = await model.embed(portion, signal);
    const onLayer = (layer: number) => onTokens?.(done + (tokens * layer) / layers);
    await model.layers(activations, 0, layers, { onLayer, ...(signal && { signal }) });
    append(nll, await model.nll(activations, signal));
    const rows = positions.flatMap((position, row) =>
      position.sequence >= from && position.sequence < to
        ? [{ row, sequence: position.sequence - from, at: position.at }]
        : [],
    );
    const found = await model.states(activations, rows, signal);
    for (const [i, { row }] of rows.entries()) states.set(found.subarray(i * hidden, (i + 1) * hidden), row * hidden);
    done += tokens;
    onTokens?.(done);
  }
  return { nll, states };
}

export function tokensIn(sequences: readonly TokenIds[]): number {
  return sequences.reduce((total, ids) => total + ids.length, 0);
}

/** Stretches [from, to) of the sequences with at most `MAX_PASS_TOKENS` tokens each, one sequence at least. */
function portions(sequences: readonly TokenIds[]): readonly (readonly [number, number])[] {
  const stretches: (readonly [number, number])[] = [];
  let from = 0;
  let tokens = 0;
  sequences.forEach(({ length }, at) => {
    if (at > from && tokens + length > MAX_PASS_TOKENS) {
      stretches.push([from, at]);
      from = at;
      tokens = 0;
    }
    tokens += length;
  });
  if (from < sequences.length) stretches.push([from, sequences.length]);
  return stretches;
}

function numberOf<T>(numbers: Map<string, number>, list: T[], key: string, value: T): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, list.length);
  return list.push(value) - 1;
}
