import type { AwaseError } from "../../base/errors";
import type { ByteRange } from "../../io/types";
import { hubError } from "../errors";
import { Filling, fill } from "./body";
import { type Call, isHub, type Line, storageBlocked } from "./line";
import { persist } from "./persist";
import { refusal } from "./refusal";
import { addressOf, restate, signInOf } from "./send";

export interface RangeCall extends Call {
  readonly repo: string;
  readonly path: string;
  readonly range: ByteRange;
  /** What the whole file must have. */
  readonly size: number;
}

/**
 * The `fetch` that bytes are read with: whatever is asked of it, it gets exactly `call.range`. The client takes every body
 * for the range it asked for; file servers have been seen to send less, nothing at all, or the whole file instead. Here
 * only a 206 with the right `Content-Range` is read, and a body that ends early is continued at the byte it reached.
 *
 * Two refusals are handed to the client as they are: a missing file, which it knows, and a signature that ran out, after
 * which the caller asks for another.
 */
export function rangeFetch(line: Line, call: RangeCall): typeof fetch {
  return (input, init = {}) => {
    const { start, end } = call.range;
    const url = addressOf(input);
    const signIn = signInOf(init);
    const filling = new Filling(end - start);
    return persist(
      line,
      {
        url,
        request() {
          // The client asks the Hub for the Xet description of a file; without that `Accept` it sends us to the bytes.
          return { headers: { ...signIn, Range: `bytes=${start + filling.filled}-${end - 1}` } };
        },
        async take(response, alive) {
          if (isMissing(response)) return response;
          if (response.status === 403 && !isHub(line, response.url)) {
            if (isHub(line, url)) throw storageBlocked(line, response.url); // an address signed this very moment
            return response;
          }
          if (!response.ok && response.status !== 416) {
            throw await refusal(line, call, response, "Authorization" in signIn);
          }
          checkContentRange(response, start + filling.filled, call);
          await fill(filling, response, alive);
          return restate(response, filling.bytes);
        },
        progress: () => filling.filled,
        broken: () => hubError("hub/short-read", { path: call.path, want: end - start, got: filling.filled }),
      },
      call.signal,
    );
  };
}

function isMissing({ status, headers }: Response): boolean {
  return status === 404 && headers.get("X-Error-Code") === "EntryNotFound";
}

function checkContentRange(response: Response, from: number, call: RangeCall): void {
  const header = response.headers.get("Content-Range") ?? "";
  const { first, last, total } = /^bytes (?:(?<first>\d+)-(?<last>\d+)|\*)\/(?<total>\d+)$/.exec(header)?.groups ?? {};
  if (total !== undefined && Number(total) !== call.size) throw sizeChanged(call, Number(total));
  if (response.status === 206 && Number(first) === from && Number(last) === call.range.end - 1) return;
  throw new RangeError("not the range asked for");
}

function sizeChanged({ repo, path, size }: RangeCall, found: number): AwaseError {
  return hubError("hub/changed", { name: `${path} of ${repo}`, was: `${size} bytes`, is: `${found} bytes` });
}
