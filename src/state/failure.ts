import { AwaseError } from "../base/errors";
import type { ErrorRecord } from "../engine/protocol/protocol";

/** An error as a value that a panel can show and say in another language. */
export type Failure = ErrorRecord;

export function failureOf(error: unknown): Failure {
  if (error instanceof AwaseError) {
    return { name: error.name, code: error.code, message: error.message, facts: error.facts };
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}
