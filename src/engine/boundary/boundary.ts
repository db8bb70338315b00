import { transferHandlers } from "comlink";
import { AwaseError } from "../../base/errors";
import type { ErrorRecord } from "../protocol/protocol";

/** comlink's own wrapping of something thrown, whichever side threw it. */
interface Thrown {
  readonly value: unknown;
}

/**
 * Teaches comlink to carry errors whole. Left alone it keeps name, message and stack, so codes and facts would be lost.
 * Called once on each side, before the first message. Works in both directions: a callback of the page may throw too.
 */
export function carryErrors(): void {
  const original = transferHandlers.get("throw");
  if (!original) throw new Error("This comlink has no handler for thrown values to replace.");
  transferHandlers.set("throw", {
    canHandle: original.canHandle,
    serialize: (thrown) => [errorRecord((thrown as Thrown).value), []],
    deserialize: (record) => {
      throw errorFrom(record as ErrorRecord);
    },
  });
}

/** An error as plain data: the code and the facts of an `AwaseError`, the name of any other (`AbortError`). */
export function errorRecord(error: unknown): ErrorRecord {
  if (error instanceof AwaseError) {
    return { name: error.name, code: error.code, message: error.message, facts: error.facts };
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}

/** The error again: an `AwaseError` with its code, a real `AbortError`, or an `Error` of the same name. */
export function errorFrom(record: ErrorRecord): Error {
  if (isCode(record.code))
    return AwaseError.of({ code: record.code, message: record.message, facts: record.facts ?? {} });
  if (record.name === "AbortError") return new DOMException(record.message, "AbortError");
  const error = new Error(record.message);
  error.name = record.name;
  return error;
}

function isCode(code: string | undefined): code is AwaseError["code"] {
  return code?.includes("/") ?? false;
}
