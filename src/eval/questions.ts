import type { Tokenizer } from "../tokens/tokenizer";
import type { TokenIds } from "../tokens/types";
import { type Batch, BatchBuilder } from "./batch";
import { type Continued, continued } from "./measures/multipleChoice";
import { positionsOf } from "./positions";
import { tokenizePrompt } from "./prompts/tokenizePrompt";
import type { Measure, PositionRule, Prompt, TokenizedPrompt } from "./types";
import { placeOf, windowsOf } from "./windows";

/** Positions inside of one answer that are asked for a premature end, spread evenly. */
const MOST_INSIDE = 16;

/** The text of a prompt in the batch. */
export interface AskedText {
  readonly prompt: TokenizedPrompt;
  /** Its windows, in order: one, unless the text is too long for that. */
  readonly sequences: readonly number[];
  /** Rows whose distributions are compared with the base's. */
  readonly rows: readonly number[];
}

/** A reference answer in the batch. */
export interface AskedEnd {
  /** Row where it should end. */
  readonly final: number;
  /** Rows where it goes on. */
  readonly inside: readonly number[];
}

/** A choice of a question in the batch. */
export interface AskedChoice extends Continued {
  readonly sequence: number;
}

/** What the measures that need no generation ask of a model about one set. */
export interface Questions {
  /** Everything. */
  readonly batch: Batch;
  /** The part that is asked of the base too; its sequences and rows have the same numbers. */
  readonly compared: Batch;
  readonly texts: readonly AskedText[];
  readonly ends: readonly AskedEnd[];
  readonly choices: readonly {
    readonly choices: readonly string[];
    readonly gold: number;
    readonly asked: readonly AskedChoice[];
  }[];
}

export interface Asking {
  readonly tokenizer: Tokenizer;
  readonly measures: readonly Measure[];
  /** Where divergence is measured. */
  readonly positions: PositionRule;
  /** Tokens a model is to see at once. */
  readonly window: number;
}

/**
 * Turns prompts into sequences and positions, the texts first. Perplexity and divergence are of the prompts' texts, not of their
 * answers. Texts too long for the window go through in several; questions and answers are cut on the left.
 */
export function questionsOf(prompts: readonly Prompt[], asking: Asking): Questions {
  const { measures } = asking;
  const batch = new BatchBuilder();
  const likely = measures.includes("perplexity") || measures.includes("divergence");
  const texts = likely ? prompts.map((prompt) => askText(batch, prompt, asking)) : [];
  const ends = measures.includes("eos") ? prompts.map((prompt) => askEnd(batch, prompt, asking)) : [];
  const compared = batch.soFar();
  const choices = measures.includes("multiple-choice")
    ? prompts.flatMap(({ text, choices, gold }) =>
        choices && gold !== undefined && choices.length > 1
          ? [{ choices, gold, asked: choices.map((choice) => askChoice(batch, text, choice, asking)) }]
          : [],
      )
    : [];
  return { batch, compared, texts, ends, choices };
}

function askText(batch: BatchBuilder, { text }: Prompt, { tokenizer, measures, positions, window }: Asking): AskedText {
  const prompt = tokenizePrompt(tokenizer, text);
  const sequences = windowsOf(prompt.ids, window).map((ids) => batch.sequence(ids));
  const chosen = measures.includes("divergence") ? positionsOf(positions, prompt.ids.length) : [];
  const rows = chosen.map((position) => {
    const place = placeOf(position, window);
    return batch.row(sequences[place.window] ?? 0, place.at);
  });
  return { prompt, sequences, rows };
}

function askEnd(batch: BatchBuilder, prompt: Prompt, { tokenizer, window }: Asking): AskedEnd {
  const { text, answer, choices, gold } = prompt;
  const expected = answer ?? (gold === undefined ? undefined : choices?.[gold]);
  const asked = expected === undefined ? whole(tokenizer, text) : continued(tokenizer, text, expected);
  const { ids, from } = cutLeft(asked, window);
  const sequence = batch.sequence(ids);
  const row = (at: number) => batch.row(sequence, at);
  return { final: row(ids.length - 1), inside: spread(from - 1, ids.length - 1).map(row) };
}

function askChoice(batch: BatchBuilder, text: string, choice: string, { tokenizer, window }: Asking): AskedChoice {
  const asked = cutLeft(continued(tokenizer, text, choice), window);
  return { ...asked, sequence: batch.sequence(asked.ids) };
}

/** Prompts of which two tokenizers give other ids. Where there are any, only bits per byte can be compared. */
export function otherTokens(prompts: readonly Prompt[], a: Tokenizer, b: Tokenizer): number {
  if (a.key === b.key) return 0;
  const same = (x: TokenIds, y: TokenIds) => x.length === y.length && x.every((id, at) => id === y[at]);
  const differs = (text: string) => !same(tokenizePrompt(a, text).ids, tokenizePrompt(b, text).ids);
  return prompts.filter(({ text, answer, choices = [] }) => [text, answer ?? "", ...choices].some(differs)).length;
}

function whole(tokenizer: Tokenizer, text: string): Continued {
  const { ids, scoredFrom } = tokenizePrompt(tokenizer, text);
  return { ids, from: scoredFrom };
}

/** The last tokens of what is too long: the end is what is asked about. */
function cutLeft({ ids, from }: Continued, size: number): Continued {
  const cut = Math.max(0, ids.length - size);
  return { ids: ids.slice(cut), from: Math.max(1, from - cut) };
}

/** At most `MOST_INSIDE` whole numbers of [from, to), evenly spread, the first among them. */
function spread(from: number, to: number): readonly number[] {
  const count = Math.max(0, Math.min(to - from, MOST_INSIDE));
  return Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
}
