import { en, type Messages } from "./en";
import type { FactSentence } from "./factSentence";

type Sentences = Readonly<Record<string, FactSentence>>;

/** Everything the page says in one language. */
export interface Catalogue {
  readonly messages: Messages;
  /** Sentences by code. English has none: errors, problems and notes say theirs themselves. */
  readonly failures: Sentences;
  readonly problems: Sentences;
  readonly notes: Sentences;
  /** What the button of a problem's fix says, from the text it puts in; absent: the fix says it itself. */
  readonly fix?: (insert: string) => string;
}

export const english: Catalogue = { messages: en, failures: {}, problems: {}, notes: {} };
