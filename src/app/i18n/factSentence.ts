import type { ErrorFacts } from "../../base/errors";

/** A sentence made of the facts of an error, a problem or a note. */
export type FactSentence = (facts: ErrorFacts) => string;
