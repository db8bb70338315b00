import type { Floats } from "../base/bytes";
import type {
  Activations,
  Generated,
  GenerateOptions,
  LanguageModel,
  LanguageModelFacts,
  PassOptions,
  Position,
} from "../lm/types";
import type { Tokenizer } from "../tokens/tokenizer";
import type { TokenIds } from "../tokens/types";

/* A language model small enough to be computed by heart, for tests of what is measured with one. */

/** Letters are tokens; `.` ends an answer. */
export const ALPHABET = "abcdefgh.";
export const END = ALPHABET.indexOf(".");

/** How far each part of the model has gone from the base: what its values add to every activation. */
export interface TestWeights {
  readonly embedding: number;
  readonly layers: readonly number[];
  readonly head: number;
}

interface TestActivations extends Activations {
  /** f32 [tokens, 2]: the token, and what the parts have added so far. */
  readonly rows: readonly Floats[];
}

/**
 * Predicts the next letter of the alphabet: its logit is `SURE` less the square of everything the parts have added, all others
 * are 0. So a model whose weights are all 0 is good, and any sum other than 0 makes it worse.
 */
export class TestModel implements LanguageModel {
  static readonly SURE = 4;
  readonly facts: LanguageModelFacts;
  /** What was computed, in order: `embed`, `layers 0-2`, `nll`, … */
  readonly calls: string[] = [];
  /** Activations that nobody has given back. */
  static alive = 0;

  constructor(private readonly weights: TestWeights) {
    this.facts = { layers: weights.layers.length, hidden: 2, vocabulary: ALPHABET.length, eos: [END] };
  }

  async embed(sequences: readonly TokenIds[]): Promise<Activations> {
    this.calls.push("embed");
    return activationsOf(
      sequences,
      sequences.map((ids) => Float32Array.from(ids.flatMap((id) => [id, this.weights.embedding]))),
    );
  }

  async layers(activations: Activations, from: number, to: number, options?: PassOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    this.calls.push(`layers ${from}-${to}`);
    const added = this.weights.layers.slice(from, to).reduce((sum, value) => sum + value, 0);
    for (const row of rowsOf(activations)) for (let i = 1; i < row.length; i += 2) row[i] = (row[i] ?? 0) + added;
    for (let layer = from; layer < to; layer++) options?.onLayer?.(layer + 1 - from, to - from);
  }

  async nll(activations: Activations): Promise<readonly Float64Array[]> {
    this.calls.push("nll");
    return rowsOf(activations).map((row, sequence) => {
      const ids = activations.sequences[sequence] ?? [];
      return Float64Array.from(ids.slice(1), (id, at) => {
        const logits = this.#logits(row.subarray(2 * at, 2 * at + 2));
        return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (logits[id] ?? 0);
      });
    });
  }

  async states(activations: Activations, positions: readonly Position[]): Promise<Floats> {
    this.calls.push("states");
    const rows = rowsOf(activations);
    return Float32Array.from(
      positions.flatMap(({ sequence, at }) => [...(rows[sequence]?.subarray(2 * at, 2 * at + 2) ?? [])]),
    );
  }

  async logits(states: Floats): Promise<Floats> {
    const rows = Array.from({ length: states.length / 2 }, (_, row) =>
      this.#logits(states.subarray(2 * row, 2 * row + 2)),
    );
    return Float32Array.from(rows.flat());
  }

  async generate(prompts: readonly TokenIds[], { maxTokens, stop, onToken }: GenerateOptions): Promise<Generated[]> {
    this.calls.push("generate");
    const added = this.weights.layers.reduce((sum, value) => sum + value, this.weights.embedding);
    return prompts.map((prompt, sequence) => {
      const ids: number[] = [];
      while (ids.length < maxTokens) {
        const logits = this.#logits(Float32Array.of(ids.at(-1) ?? prompt.at(-1) ?? 0, added));
        const id = logits.indexOf(Math.max(...logits));
        ids.push(id);
        onToken?.(sequence, id);
        if (stop.includes(id)) return { ids, ended: "stop" };
      }
      return { ids, ended: "length" };
    });
  }

  #logits(state: Float32Array): number[] {
    const [token = 0, added = 0] = state;
    const sure = TestModel.SURE - (added + this.weights.head) ** 2;
    return [...ALPHABET].map((_, id) => (id === (token + 1) % ALPHABET.length ? sure : 0));
  }
}

function activationsOf(sequences: readonly TokenIds[], rows: readonly Floats[]): TestActivations {
  TestModel.alive++;
  return {
    sequences,
    rows,
    clone: async () =>
      activationsOf(
        sequences,
        rows.map((row) => row.slice()),
      ),
    [Symbol.dispose]: () => void TestModel.alive--,
  };
}

function rowsOf(activations: Activations): readonly Floats[] {
  if (!("rows" in activations)) throw new Error("These activations are not of a test model.");
  return (activations as TestActivations).rows;
}

/** One token per letter of the alphabet; spaces are dropped. `prefix` is put before every text. */
export function testTokenizer(prefix: TokenIds = []): Tokenizer {
  const tokens = [...ALPHABET];
  const encode = (text: string) => [...text].map((letter) => tokens.indexOf(letter)).filter((id) => id >= 0);
  return {
    encode: (text, { special }) => [...(special ? prefix : []), ...encode(text)],
    decode: (ids, { skipSpecial }) =>
      ids.flatMap((id) => (skipSpecial && id === END ? [] : (tokens[id] ?? []))).join(""),
    tokenOf: (id) => tokens[id],
    idOf: (token) => tokens.indexOf(token),
    byteLength: () => 1,
    isSpecial: (id) => id === END,
    prefix,
    addsBos: prefix.length > 0,
    eos: END,
    vocabularySize: tokens.length,
    key: `letters ${prefix.join()}`,
  };
}

/** A model as far from the base as the weights say, ready to be measured. */
export function testMeasured(weights: Partial<TestWeights> = {}) {
  const all = { embedding: 0, layers: [0, 0, 0, 0], head: 0, ...weights };
  return { model: new TestModel(all), tokenizer: testTokenizer(), key: JSON.stringify(all) };
}
