import { HubApiError } from "@huggingface/hub";
import { AwaseError, isAbort } from "../../base/errors";
import { hubError } from "../errors";
import { hubHost, type Line } from "./line";

/**
 * Runs a call of the client so that it fails with nothing but coded errors and aborts. What else the client throws means an
 * answer it could not read; its message may hold a signed address and goes no further.
 */
export async function ask<T>(line: Line, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AwaseError || isAbort(error)) throw error;
    throw badAnswer(line, what, error instanceof HubApiError ? error.statusCode : 0);
  }
}

/** @param status 0 when the answer was fine by its status */
export function badAnswer(line: Line, what: string, status = 0): AwaseError {
  return hubError("hub/bad-answer", { host: hubHost(line), what, status });
}
