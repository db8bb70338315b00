import { readWhole } from "./body";
import type { Call, Line } from "./line";
import { persist } from "./persist";
import { refusal } from "./refusal";
import { addressOf, restate, signInOf } from "./send";

/** Lists and descriptions of models are far smaller. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * The `fetch` that calls of the API are made with. The client itself neither retries, nor stops, nor tells why it was
 * refused; here a call obeys its signal, survives bad moments, and is refused with a coded error.
 */
export function hubFetch(line: Line, call: Call): typeof fetch {
  return (input, init = {}) => {
    const signedIn = "Authorization" in signInOf(init);
    return persist(
      line,
      {
        url: addressOf(input),
        request: () => init,
        async take(response, alive) {
          if (!response.ok) throw await refusal(line, call, response, signedIn);
          return restate(response, await readWhole(response, MAX_ANSWER_BYTES, alive));
        },
      },
      call.signal,
    );
  };
}
