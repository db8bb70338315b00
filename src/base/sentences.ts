import { own } from "./own";

/** What a sentence is made of: plain values, which can be posted to a worker, kept, and said again in another language. */
export type Facts = Readonly<Record<string, string | number | undefined>>;

/** Of a code that needs no facts. */
export type NoFacts = Readonly<Record<string, never>>;

/**
 * A catalogue: the sentences of one area in English, by code. The facts that a sentence takes are those of its code, declared here and
 * nowhere else: whoever makes an error or a problem gives these, and every other language says them.
 */
export type Sentences = Readonly<Record<string, (facts: never) => string>>;

export type CodeOf<S extends Sentences> = keyof S & string;

/** The facts of a code, or of any of several codes. */
export type FactsOf<S extends Sentences, C extends CodeOf<S>> = C extends unknown
  ? S[C] extends () => string
    ? NoFacts
    : Parameters<S[C]>[0]
  : never;

/** The same codes in another language: a sentence for each, of the same facts. */
export type Translation<S extends Sentences> = { readonly [C in CodeOf<S>]: (facts: FactsOf<S, C>) => string };

/** An error, a problem or a note as data: the code for programs, the sentence in English, and what it was made from. */
export interface Said<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What follows a code: its facts, left out where it has none. */
export type FactsAfter<S extends Sentences, C extends CodeOf<S>> = S[C] extends () => string
  ? readonly [facts?: NoFacts]
  : readonly [facts: FactsOf<S, C>];

/** A maker of what a catalogue says: `said("io/closed", { name })`. */
export function sayer<S extends Sentences>(sentences: S) {
  return <C extends CodeOf<S>>(code: C, ...[facts = {}]: FactsAfter<S, C>): Said<C> => ({
    code,
    message: sentence(sentences, code, facts),
    facts: known(facts),
  });
}

/** The sentence of a code that the catalogue has, from facts that fit it. */
export function sentence(sentences: Sentences, code: string, facts: Facts): string {
  const say = own(sentences, code) as ((facts: Facts) => string) | undefined;
  if (!say) throw new Error(`No sentence for ${code}.`);
  return say(facts);
}

/** Without the facts that are undefined. */
export function known(facts: Facts): Said["facts"] {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}
