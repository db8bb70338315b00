import type { Accuracy } from "../types";
import { mean, meanStandardError } from "./statistics";

/** One verdict per prompt; `margins`, if there are any, in the same order. */
export function accuracy(verdicts: readonly boolean[], margins?: readonly number[]): Accuracy {
  return {
    correct: verdicts.filter(Boolean).length,
    total: verdicts.length,
    standardError: meanStandardError(verdicts.map(Number)),
    ...(margins && { margin: mean(margins) }),
    verdicts,
  };
}
